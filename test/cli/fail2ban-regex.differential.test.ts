/**
 * The installed fail2ban-regex and ours on the same logs: every count, every finding with its time, every row. The sample
 * logs of the installed package are read where they are; RAMPART_LINES sets how many lines are broken (default 10,000).
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Original, ours, settled, skip } from './both.ts'
import { accessLog, chance, errorLog, mutated, sshdLog } from './log-lines.ts'

const FILTERS = '/etc/fail2ban/filter.d'
const SAMPLES = '/usr/lib/python3/dist-packages/fail2ban/tests/files/logs'
const LINES = Number(process.env['RAMPART_LINES'] ?? 10_000)
const root = mkdtempSync(join(tmpdir(), 'rampart-regex-'))
const original = skip ? undefined : new Original()
after(() => {
  original?.close()
  rmSync(root, { recursive: true })
})

/** Names are never looked up by ours, so by neither. */
const ALL = ['-v', '-r', '--print-all-matched', '--print-all-ignored', '--print-all-missed']
const ROWS = ['-r', '-o', 'row']

async function same(words: readonly string[]): Promise<void> {
  const [expected, actual] = [await original!.run(words), await ours(words)]
  // Fail2ban ends with a traceback at a zone that it does not know, and prints nothing of the lines behind it.
  if (expected.code === 1 && words.includes('row')) {
    const rows = settled(expected.out)
    assert.equal(settled(actual.out).slice(0, rows.length), rows)
    return
  }
  assert.deepEqual(settled(actual.out).split('\n'), settled(expected.out).split('\n'))
  assert.equal(actual.code, expected.code)
}

function logFile(name: string, lines: readonly string[]): string {
  const path = join(root, name)
  writeFileSync(path, `${lines.join('\n')}\n`, 'latin1')
  return path
}

const GENERATED: readonly (readonly [name: string, lines: readonly string[], filters: readonly string[]])[] = [
  ['access', accessLog(4000, 1), ['nginx-botsearch', 'nginx-bad-request', 'apache-badbots', '^<HOST> .* 404 ']],
  [
    'error',
    errorLog(2000, 2),
    ['nginx-http-auth', 'nginx-limit-req', 'nginx-botsearch', 'nginx-http-auth[mode=aggressive]'],
  ],
  ['auth', sshdLog(2000, 3), ['sshd', ...['ddos', 'extra', 'aggressive'].map((mode) => `sshd[mode=${mode}]`)]],
]

for (const [name, lines, filters] of GENERATED) {
  for (const filter of filters) {
    test(`${filter} on a generated ${name} log`, { skip }, async () => {
      const log = logFile(name, lines)
      await same([log, filter])
      await same([...ROWS, log, filter])
      if (name === 'auth') await same([...ALL, log, filter])
    })
  }
}

const stock = skip ? [] : readdirSync(SAMPLES).filter((name) => existsSync(join(FILTERS, `${name}.conf`)))

for (const filter of stock) {
  test(`${filter} on its samples`, { skip }, () => same([...ALL, join(SAMPLES, filter), filter]))
}

for (const [index, filter] of stock.entries()) {
  test(`${filter} on broken lines of its samples`, { skip }, async () => {
    const next = chance(index + 1)
    const whole = readFileSync(join(SAMPLES, filter), 'latin1')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    const count = Math.ceil(LINES / stock.length)
    const lines = Array.from({ length: count }, (_, at) => mutated(whole[at % whole.length]!, next))
    await same([...ROWS, logFile(filter, lines), filter])
  })
}
