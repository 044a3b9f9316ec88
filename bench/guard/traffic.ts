/** Lines of an nginx access log in the combined format, the same at each run but for their time. */

/** Addresses of attackers, each another one. Source: RFC 2544, 198.18.0.0/15 is for benchmarks. */
export function attackers(): () => string {
  let next = 0
  return () => {
    next++
    return `198.${18 + ((next >> 16) & 1)}.${(next >> 8) & 255}.${next & 255}`
  }
}

/** A probe as scanners send it, for which the jails of both programs ban. */
export function probe(address: string): string {
  return `${address} - - [${stamp(new Date())}] "GET /wp-login.php HTTP/1.1" 404 162 "-" "Mozilla/5.0"\n`
}

/**
 * Ordinary traffic: pages, pictures, styles, an API and a crawler from 10.0.0.0/8 and 2001:db8::/32, with the codes of a
 * healthy site (80 % 200, 10 % 304, 4 % 404). Nobody misbehaves.
 */
export function ordinary(lines: number): Buffer {
  const chance = sequence(7)
  const of = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!
  const time = stamp(new Date())
  const text: string[] = []
  for (let i = 0; i < lines; i++) {
    const path = of(PATHS).replace('#', String(Math.floor(chance() * 16_777_216)))
    const user = chance() < 0.97 ? '-' : 'alice'
    const referer = chance() < 0.4 ? '-' : `https://www.example.org${path.split('?')[0]}`
    const request = `${weighted(METHODS, chance())} ${path} HTTP/${of(['1.1', '2.0'])}`
    const bytes = 200 + Math.floor(chance() * 89_800)
    text.push(
      `${client(chance)} - ${user} [${time}] "${request}" ${weighted(CODES, chance())} ${bytes} "${referer}" "${of(AGENTS)}"\n`,
    )
  }
  return Buffer.from(text.join(''))
}

/** Probes only, in turn from so many addresses. */
export function hostile(lines: number, addresses: readonly string[]): Buffer {
  const probes = addresses.map(probe)
  return Buffer.from(Array.from({ length: lines }, (_, i) => probes[i % probes.length]!).join(''))
}

const PATHS = [
  '/',
  '/index.html',
  '/assets/app.#.js',
  '/assets/style.#.css',
  '/api/v1/items/#?page=2&sort=desc',
  '/img/#.webp',
  '/blog/2026/#/some-longer-title-of-a-post',
  '/favicon.ico',
  '/robots.txt',
  '/search?q=term#',
]
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'curl/8.5.0',
  'Googlebot/2.1 (+http://www.google.com/bot.html)',
]
/** Values and their shares. */
type Weighted = readonly (readonly [value: string, share: number])[]
const METHODS: Weighted = [
  ['GET', 0.9],
  ['POST', 0.08],
  ['HEAD', 0.02],
]
const CODES: Weighted = [
  ['200', 0.8],
  ['304', 0.1],
  ['404', 0.04],
  ['301', 0.03],
  ['206', 0.02],
  ['499', 0.01],
]

function weighted(list: Weighted, chance: number): string {
  let rest = chance
  for (const [value, share] of list) {
    if (rest < share) return value
    rest -= share
  }
  return list[0]![0]
}

function client(chance: () => number): string {
  const part = (size: number) => Math.floor(chance() * size)
  if (chance() < 0.1) return `2001:db8:${part(65536).toString(16)}:${part(65536).toString(16)}::${1 + part(9999)}`
  return `10.${part(256)}.${part(256)}.${1 + part(254)}`
}

/** Numbers from 0 to 1 that look random. Source: mulberry32, public domain. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** nginx's `$time_local`. */
function stamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = -time.getTimezoneOffset()
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`
  const day = `${two(time.getDate())}/${MONTHS[time.getMonth()]}/${time.getFullYear()}`
  return `${day}:${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')} ${zone}`
}
