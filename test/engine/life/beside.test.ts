import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseBanned } from '../../../src/engine/life/beside.ts'

const rows: readonly [text: string, banned: readonly string[]][] = [
  ['[]', []],
  ["[{'sshd': []}]", []],
  [
    "[{'sshd': ['192.0.2.1', '2001:DB8::1']}, {'nginx-4xx': ['192.0.2.2']}]\n",
    ['sshd 192.0.2.1', 'sshd 2001:db8::1', 'nginx-4xx 192.0.2.2'],
  ],
  ["[{'odd': ['no address', '192.0.2.0/24']}]", ['odd 192.0.2.0/24']],
  ['ERROR  Failed to access socket path', []],
]

for (const [text, banned] of rows) {
  test(`${text.trim()} says that ${banned.length} are banned`, () =>
    assert.deepEqual(
      parseBanned(text).map(({ jail, address }) => `${jail} ${address}`),
      banned,
    ))
}
