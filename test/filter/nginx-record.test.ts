/**
 * Forged records in nginx's error log. `nginx-error.log` is what nginx 1.22.1 with two workers wrote when a visitor
 * (127.0.0.2) and an attacker (127.0.0.1), who wants 203.0.113.66 banned, took turns.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { nginxRecords } from '../../src/filter/nginx-record.ts'

const THIRD = '203.0.113.66'
const recorded = readFileSync(new URL('nginx-error.log', import.meta.url))
const WORKERS = /^\S+ \S+ \[error\] (?:27197#27197|27198#27198): /

const stamp = '2026/01/02 03:04:05 [error]'
const tail = (client: string, request: string) => `, client: ${client}, server: _, request: "${request}", host: "h"`
const missing = (writer: string, path: string, client: string, request = `GET ${encode(path)} HTTP/1.1`) =>
  `${stamp} ${writer}: *1 open() "/srv/www${path}" failed (2: No such file or directory)${tail(client, request)}`
const limited = (writer: string, client: string, request = 'GET / HTTP/1.1') =>
  `${stamp} ${writer}: *1 limiting requests, excess: 1.0 by zone "z"${tail(client, request)}`
const forged = limited('1#1', THIRD)
/** Closes the message, so that the line looks whole. */
const closed = `/x" failed (2: No such file or directory)${tail(THIRD, 'GET / HTTP/1.1')}`
/** Opens a new one, which nginx then closes. */
const opened = `${stamp} 1#1: *1 open() "/x" failed (2: No)${tail(THIRD, 'GET / HTTP/1.1').slice(0, -1)}`

test('no recorded line with a forged client counts, and each line of the visitor does', () => {
  const kept = keptOf(recorded)
  assertVisitorOnly(kept)
  assert.equal(count(kept, 'client: 127.0.0.2'), count(linesOf(recorded), 'client: 127.0.0.2'))
})

test('the same when each record comes in a chunk of its own, as while nginx writes', () => {
  const records = nginxRecords()
  const kept = chunksOf(linesOf(recorded)).flatMap((chunk) => keptOf(Buffer.from(chunk, 'latin1'), records))
  assertVisitorOnly(kept)
  assert.equal(count(kept, 'client: 127.0.0.2'), count(linesOf(recorded), 'client: 127.0.0.2'))
})

test('recorded: newlines that stay encoded set nothing aside', () => {
  const kept = keptOf(recorded)
  for (const words of ['access forbidden by rule', 'GET /x?%0a', 'referrer: "http://x", client: 192.0.2.9"']) {
    assert.equal(count(kept, words), 1, words)
  }
})

/** A log, and the numbers of its lines that must not be matched. Each line of text is one physical line. */
const rows: readonly [name: string, lines: readonly string[], inside: readonly number[]][] = [
  [
    'ordinary records of many workers all count',
    [missing('7#7', '/a', '192.0.2.1'), limited('8#8', '192.0.2.2'), limited('9#9', '192.0.2.3')],
    [],
  ],
  [
    'a record before a forged one counts, though its worker was never seen',
    [
      limited('8#8', '192.0.2.1'),
      ...physical(missing('7#7', `/x\n${forged}\ny`, '192.0.2.2')),
      limited('9#9', '192.0.2.3'),
    ],
    [1, 2, 3],
  ],
  [
    'every line looks like a record',
    [
      limited('8#8', '192.0.2.1'),
      ...physical(missing('7#7', `${closed}\n${forged}\n${opened}`, '192.0.2.2')),
      limited('9#9', '192.0.2.3'),
    ],
    [1, 2, 3],
  ],
  [
    '%0a in a message without path sets nothing aside',
    [limited('8#8', '192.0.2.1'), limited('7#7', '192.0.2.2', `GET ${encode(`/x\n\n${opened}`)} HTTP/1.1`)],
    [],
  ],
  ['%250a is no newline', [limited('8#8', '192.0.2.1'), limited('7#7', '192.0.2.2', 'GET /%250a HTTP/1.1')], []],
  [
    'spaces in the request, as older nginx allowed',
    physical(
      missing(
        '7#7',
        `/x\n${forged}\n${opened}`,
        '192.0.2.2',
        `GET ${`/x\n${forged}\n${opened}`.replace(/\n/g, '%0a').replace(/#/g, '%23')} HTTP/1.1`,
      ),
    ),
    [0, 1, 2],
  ],
  [
    'a path that comes twice',
    physical(
      `${stamp} 7#7: *1 rename() "/srv/x\n${forged}\ny" to "/b/x\n${forged}\ny" failed${tail('192.0.2.2', `MOVE ${encode(`/x\n${forged}\ny`)} HTTP/1.1`)}`,
    ),
    [0, 1, 2, 3, 4],
  ],
  [
    'a user name with newlines',
    [
      limited('8#8', '192.0.2.1'),
      ...physical(`${stamp} 7#7: *1 user "a\nb\r\nc" was not found in "/p"${tail('192.0.2.2', 'GET / HTTP/1.1')}`),
    ],
    [1, 2, 3],
  ],
  [
    'what an application prints, in several lines',
    [
      limited('8#8', '192.0.2.1'),
      `${stamp} 7#7: *1 FastCGI sent in stderr: "PHP message: a`,
      '#0 {main}',
      `  thrown" while reading upstream${tail('192.0.2.2', 'GET / HTTP/1.1')}`,
    ],
    [1, 2, 3],
  ],
  [
    'a rewritten path: the unknown writer between is forged',
    [
      limited('7#7', '192.0.2.1'),
      missing('7#7', '/a', '192.0.2.3'),
      ...physical(
        `${stamp} 7#7: *1 open() "/srv${closed}\n${forged}\ny" failed${tail('192.0.2.2', 'GET /b%0a HTTP/1.1')}`,
      ),
      limited('7#7', '192.0.2.4'),
    ],
    [2, 3, 4],
  ],
  [
    'a line that is not of nginx leaves the record before it',
    [limited('7#7', '192.0.2.1'), 'nginx: [warn] conflicting server name "a", ignored', limited('7#7', '192.0.2.1')],
    [1],
  ],
  [
    'a record cut at 2048 bytes without a whole line at its end',
    [
      limited('7#7', '192.0.2.1'),
      ...physical(cutAt2048(missing('7#7', `/x\n${forged}\n${'a'.repeat(3000)}`, '192.0.2.2'))),
      limited('7#7', '192.0.2.1'),
    ],
    [1, 2, 3],
  ],
  [
    'a record cut at 2048 bytes that seems whole',
    [limited('7#7', '192.0.2.1'), ...wholeAt2048(), limited('8#8', '192.0.2.1')],
    [1, 2, 3, 4],
  ],
  [
    'records of known workers that are 2048 bytes long together',
    [limited('7#7', '192.0.2.1'), limited('8#8', '192.0.2.1'), ...wholeAt2048().map((it) => it.replace('1#1', '8#8'))],
    [],
  ],
  ['a log in another format is left alone', ['Jan  2 03:04:05 h nginx: a', `Jan  2 03:04:05 h nginx: ${forged}`], []],
  ['one line, with the client in its path', [missing('7#7', closed, '192.0.2.2'), limited('7#7', '192.0.2.1')], [0]],
  [
    'one line, with the client in its path, and spaces in the request',
    [missing('7#7', closed, '192.0.2.2', `GET ${closed} HTTP/1.1`)],
    [0],
  ],
  [
    'one line, with another client in its referrer',
    [
      `${missing('7#7', '/a', '192.0.2.1')}, referrer: "http://x", client: ${THIRD}, server: _, request: "GET / HTTP/1.1"`,
    ],
    [],
  ],
  [
    'one line, with the client in its path, cut before the true one',
    [limited('7#7', '192.0.2.1'), cutAt2048(missing('7#7', `${closed}${'a'.repeat(2000)}`, '192.0.2.2'))],
    [1],
  ],
  [
    'one line, cut, whose message has no path',
    [cutAt2048(limited('7#7', '192.0.2.1', `GET /${'a'.repeat(3000)}`))],
    [],
  ],
  ['an empty line', [limited('7#7', '192.0.2.1'), '', limited('7#7', '192.0.2.1')], [1]],
]

for (const [name, lines, inside] of rows) {
  test(name, () => {
    const starts = nginxRecords().forged(Buffer.from(`${lines.join('\n')}\n`, 'latin1'))
    let at = 0
    const set = lines.flatMap((line, index) => {
      const isInside = starts.has(at)
      at += line.length + 1
      return isInside ? [index] : []
    })
    assert.deepEqual(set, inside)
  })
}

test('among random records no line with a forged client counts, and no ordinary record is lost', () => {
  const next = random(11)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!
  const workers = ['2201#2201', '2202#2202', '2203#2203', '2204#2204']
  const parts = [forged, opened, closed, '', 'y', 'a/../b', '//', '\r', '%0a', limited('99#99', THIRD)]
  const records = nginxRecords()
  let [ordinary, kept] = [0, 0]
  for (let chunk = 0; chunk < 300; chunk++) {
    let log = ''
    for (let n = 0; n < 20; n++) {
      const isAttack = chunk > 0 && next() < 0.3
      const path = `/${Array.from({ length: 1 + Math.floor(next() * 6) }, () => pick(parts)).join('\n')}`
      if (isAttack && path.includes('\n'))
        log += cutAt2048(missing(pick(workers), asLogged(path), '192.0.2.66', `GET ${encode(path)} HTTP/1.1`))
      else log += pick([limited, (it: string, client: string) => missing(it, '/a', client)])(pick(workers), '192.0.2.1')
      log += '\n'
    }
    const lines = keptOf(Buffer.from(log, 'latin1'), records)
    assert.equal(count(lines, THIRD), 0, log)
    ordinary += log.split('client: 192.0.2.1,').length - 1
    kept += count(lines, 'client: 192.0.2.1,')
  }
  assert.equal(kept, ordinary)
})

function assertVisitorOnly(kept: readonly string[]): void {
  const told = kept.filter((line) => line.includes(`client: ${THIRD}`))
  assert.deepEqual(told, [])
}

function keptOf(bytes: Buffer, records = nginxRecords()): string[] {
  const starts = records.forged(bytes)
  let at = 0
  return linesOf(bytes).filter((line) => {
    const isKept = !starts.has(at)
    at += line.length + 1
    return isKept
  })
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\n').slice(0, -1)
}

/** One record a chunk: what a worker wrote. */
function chunksOf(lines: readonly string[]): string[] {
  const chunks: string[] = []
  for (const line of lines) {
    if (WORKERS.test(line)) chunks.push('')
    chunks[chunks.length - 1] += `${line}\n`
  }
  return chunks
}

function count(lines: readonly string[], words: string): number {
  return lines.filter((line) => line.includes(words)).length
}

function physical(record: string): string[] {
  return record.split('\n')
}

/** As the most cautious client would send it. */
function encode(path: string): string {
  return path.replace(/[^\w/.-]/g, (it) => `%${it.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** What nginx makes of dots and slashes. */
function asLogged(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/[^/]*\/\.\.\//g, '')
}

/** A record with its newline has 2048 bytes at most. */
function cutAt2048(record: string): string {
  return record.slice(0, 2047)
}

function wholeAt2048(): string[] {
  const lines = [missing('7#7', '/x', '203.0.113.66'), forged, forged]
  const used = lines.reduce((sum, line) => sum + line.length + 1, 0)
  return [...lines, forged.replace('"z"', `"${'z'.repeat(2048 - used - forged.length)}"`)]
}

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) / 2 ** 24
  }
}
