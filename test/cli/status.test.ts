/** `rampart status`: where in which file a fault stands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printStatus } from '../../src/cli/rampart/status.ts'
import type { FaultStatus, Status } from '../../src/engine/status.ts'

const STATUS: Status = {
  ...{ version: '0.0.0', pid: 1, since: 0, observe: false, banned: 0, pending: 0, lines: 0, jails: [] },
  ...{ kernel: { state: 'ok' }, history: { state: 'ok' }, spared: [], faults: [] },
}

const rows: readonly [sentence: string, fault: FaultStatus, line: string][] = [
  [
    'a fault of a file is told with its line',
    { code: 'x', message: 'jail a: no filter', at: { file: '/etc/fail2ban/jail.local', line: 7 } },
    '/etc/fail2ban/jail.local:7: jail a: no filter',
  ],
  [
    'a message that names its file is not told of it twice',
    { code: 'x', message: '/etc/f is not UTF-8', at: { file: '/etc/f' } },
    '/etc/f is not UTF-8',
  ],
  ['a fault of no file is told as it is', { code: 'x', message: 'the reader \x1b ended' }, 'the reader \\x1b ended'],
]

for (const [sentence, fault, line] of rows) {
  test(sentence, () => {
    const terminal = { out() {}, err() {}, colour: false, columns: undefined }
    assert.ok(
      printStatus(terminal, { ...STATUS, faults: [fault] }, 0)
        .split('\n')
        .includes(line),
    )
  })
}
