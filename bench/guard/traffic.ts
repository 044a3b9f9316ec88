/** Lines of nginx's logs, the same at each run but for their time. */

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

/**
 * An access log as it grew in the last two minutes: ordinary traffic, and so large a share of attacks (0 to 1), half of them
 * probes for a login page, half bytes that are no HTTP.
 */
export function attacked(lines: number, share: number): Buffer {
  const benign = ordinary(lines).toString().split('\n')
  const attacker = recurring(attackers(), 500)
  return grown(lines, share, {
    benign: (at, time) => benign[at]!.replace(/\[[^\]]*\]/, `[${stamp(time)}]`),
    attack: (at, time) =>
      at % 2 === 0
        ? `${attacker(at)} - - [${stamp(time)}] "GET /wp-login.php HTTP/1.1" 404 162 "-" "Mozilla/5.0"`
        : `${attacker(at)} - - [${stamp(time)}] "\\x16\\x03\\x01\\x02" 400 157 "-" "-"`,
  })
}

/** An error log likewise: half of the attacks are wrong passwords, half requests above a limit. */
export function errors(lines: number, share: number): Buffer {
  const attacker = recurring(attackers(), 500)
  const record = (at: number, time: Date, level: string, what: string, who: string) =>
    `${errorStamp(time)} [${level}] 929#929: *${at} ${what}, client: ${who}, server: www.example.org, request: "GET /admin/${at % 97} HTTP/1.1", host: "www.example.org"`
  return grown(lines, share, {
    benign: (at, time) => {
      const who = `10.${at & 255}.${(at >> 4) & 255}.${1 + (at % 250)}`
      const missing = `open() "/var/www/html/img/${at}.png" failed (2: No such file or directory)`
      const slow = 'upstream timed out (110: Connection timed out) while reading response header from upstream'
      return record(at, time, 'error', at % 2 === 0 ? missing : slow, who)
    },
    attack: (at, time) =>
      at % 2 === 0
        ? record(at, time, 'error', 'user "admin": password mismatch', attacker(at))
        : record(at, time, 'error', `limiting requests, excess: ${at % 9}.120 by zone "one"`, attacker(at)),
  })
}

/** Where sshd writes, among other programs: such a share of its sessions fail to log in, two lines each. */
export function logins(lines: number, share: number): Buffer {
  const attacker = recurring(attackers(), 500)
  const text = (at: number, time: Date, what: string) =>
    `${syslogStamp(time)} host ${what.replace('#', String(1000 + at))}`
  return grown(lines, share, {
    benign: (at, time) =>
      text(
        at,
        time,
        at % 3 === 0
          ? 'CRON[#]: pam_unix(cron:session): session closed for user root'
          : at % 3 === 1
            ? `sshd[#]: Accepted publickey for alice from 10.0.${at & 255}.7 port ${20000 + (at % 9999)} ssh2: ED25519 SHA256:abc`
            : 'sshd[#]: pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)',
      ),
    attack: (at, time) =>
      text(
        at,
        time,
        `sshd[#]: Failed password for invalid user admin from ${attacker(at)} port ${20000 + (at % 9999)} ssh2`,
      ),
  })
}

/** How many milliseconds of a log are made. */
const GROWN_MS = 120_000

function grown(
  lines: number,
  share: number,
  line: Record<'benign' | 'attack', (at: number, time: Date) => string>,
): Buffer {
  const chance = sequence(11)
  const end = Date.now()
  const text = Array.from({ length: lines }, (_, at) => {
    const time = new Date(end - GROWN_MS + (GROWN_MS * at) / lines)
    return `${line[chance() < share ? 'attack' : 'benign'](at, time)}\n`
  })
  return Buffer.from(text.join(''))
}

function recurring(next: () => string, count: number): (at: number) => string {
  const addresses = Array.from({ length: count }, next)
  return (at) => addresses[at % count]!
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
  const minutes = -time.getTimezoneOffset()
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`
  const day = `${two(time.getDate())}/${MONTHS[time.getMonth()]}/${time.getFullYear()}`
  return `${day}:${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')} ${zone}`
}

/** As nginx begins a record of its error log. */
function errorStamp(time: Date): string {
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(two).join('/')
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** As syslog begins a line: the day of the month padded with a blank. */
function syslogStamp(time: Date): string {
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')
  return `${MONTHS[time.getMonth()]} ${String(time.getDate()).padStart(2)} ${clock}`
}
