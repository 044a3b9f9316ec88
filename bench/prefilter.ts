/**
 * What the prefilter costs: million lines per second of CPU time of this process, best of several runs, on an access
 * log made here (2 % attacks, then 100 %). Run: `bin/node bench/prefilter.ts`.
 */

import { nginxRecords } from '../src/filter/nginx-record.ts'
import { plainScan } from '../src/filter/plain-scan.ts'
import { type Needle, prefilter } from '../src/filter/prefilter.ts'

const LINES = 100_000
const TOKENS =
  '/wp-login.php /xmlrpc.php /phpmyadmin /.env /.git/ /cgi-bin/ /boaform /manager/html /solr/ /actuator /vendor/phpunit /setup.php /HNAP1 /owa/ /autodiscover /telescope /_ignition /shell? /eval-stdin /wlwmanifest'.split(
    ' ',
  )

const benign = accessLog(0.02)
const flood = accessLog(1)
const errors = errorLog()

row(
  'read 1 MiB at a time, count lines',
  benign,
  (() => {
    const it = prefilter([])
    return (chunk) => it.countLines(chunk)
  })(),
)
for (const [name, bytes] of [
  ['2 % attacks', benign],
  ['100 % attacks', flood],
] as const) {
  for (const count of [1, 5, 20]) {
    const needles = TOKENS.slice(0, count).map((it): Needle => ({ any: [it], ignoreCase: false }))
    row(`${count} literals, ${name}`, bytes, candidates(needles))
    if (count === 20)
      row(
        `${count} literals in any case, ${name}`,
        bytes,
        candidates(needles.map((it) => ({ ...it, ignoreCase: true }))),
      )
    row(`${count} literals, ${name}, without SIMD`, bytes, candidates(needles, true))
    row(`${count} literals, ${name}, loop over lines`, bytes, loop(TOKENS.slice(0, count)))
  }
}
const many = Array.from(
  { length: 1000 },
  (_, i): Needle => ({ any: [`/path-${i.toString(36)}.php`], ignoreCase: true }),
)
row('1000 literals', benign, candidates(many))
row('an owner without literal', benign, candidates([undefined, { any: TOKENS, ignoreCase: false }]))
row(
  'nginx error log: which lines are records',
  errors,
  (() => {
    const records = nginxRecords()
    return (chunk) => records.forged(chunk).size
  })(),
)

function candidates(
  needles: readonly Needle[] | readonly (Needle | undefined)[],
  plain = false,
): (chunk: Uint8Array) => number {
  const it = plain ? prefilter(needles, (literals) => plainScan(literals, 0)) : prefilter(needles)
  return (chunk) => {
    let told = 0
    const inPlace = plain ? chunk : it.buffer.subarray(0, chunk.length)
    if (!plain) it.buffer.set(chunk) // Stands for the read.
    it.candidates(inPlace, () => told++)
    return told
  }
}

/** The plain way: each line as text, each literal in turn. */
function loop(literals: readonly string[]): (chunk: Uint8Array) => number {
  return (chunk) => {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    let told = 0
    for (let at = 0; at < view.length; ) {
      const end = view.indexOf(10, at)
      const line = view.toString('latin1', at, end)
      if (literals.some((it) => line.includes(it))) told++
      at = end + 1
    }
    return told
  }
}

function row(name: string, bytes: Buffer, work: (chunk: Uint8Array) => number): void {
  let best = Number.POSITIVE_INFINITY
  let told = 0
  for (let run = 0; run < 6; run++) {
    const before = process.cpuUsage()
    told = 0
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.lastIndexOf(10, Math.min(bytes.length, at + (1 << 20)) - 1) + 1
      told += work(bytes.subarray(at, end))
      at = end
    }
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  }
  console.log(`${(LINES / best).toFixed(2).padStart(8)} M lines/s  ${String(told).padStart(7)} told  ${name}`)
}

function accessLog(attacks: number): Buffer {
  const agent =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
  const lines = Array.from({ length: LINES }, (_, i) => {
    const path =
      (i * 37) % 100 < attacks * 100
        ? `${TOKENS[i % TOKENS.length]}`
        : `/articles/2026/${i % 977}/how-to-grow-${i % 31}?page=${i % 9}`
    return `198.51.${i % 256}.${(i * 7) % 256} - - [12/Mar/2026:10:${String(i % 60).padStart(2, '0')}:11 +0000] "GET ${path} HTTP/1.1" 200 ${i % 90000} "https://www.example.org/" "${agent}"\n`
  })
  return Buffer.from(lines.join(''))
}

function errorLog(): Buffer {
  const lines = Array.from(
    { length: LINES },
    (_, i) =>
      `2026/03/12 10:${String(i % 60).padStart(2, '0')}:11 [error] ${2200 + (i % 4)}#${2200 + (i % 4)}: *${i} open() "/var/www/html/articles/${i % 977}/favicon-${i}.ico" failed (2: No such file or directory), client: 198.51.${i % 256}.${(i * 7) % 256}, server: www.example.org, request: "GET /articles/${i % 977}/favicon-${i}.ico HTTP/1.1", host: "www.example.org"\n`,
  )
  return Buffer.from(lines.join(''))
}
