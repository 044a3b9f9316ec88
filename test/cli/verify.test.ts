/** `rampart status --verify`: what differs, in words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printVerified } from '../../src/cli/rampart/verify.ts'
import type { Verified } from '../../src/engine/status.ts'

const ROWS: readonly (readonly [sentence: string, verified: Partial<Verified>, text: string])[] = [
  ['nothing differs', { bans: 1200 }, '1,200 bans: the kernel holds what it should, and nothing else\n'],
  ['one ban', { bans: 1 }, '1 ban: the kernel holds what it should, and nothing else\n'],
  [
    'both lack something, and there is more',
    { bans: 2, missing: ['rules', 'all_drop_4 192.0.2.1'], extra: ['all_drop_6 2001:db8::1'], more: 3 },
    '2 bans, and the kernel differs:\nnot in the kernel: rules\nnot in the kernel: all_drop_4 192.0.2.1\nin the kernel alone: all_drop_6 2001:db8::1\nand 3 more\n',
  ],
  ['it was not read', { bans: 60_000, unread: 'too \x1b many' }, '60,000 bans, not compared: too \\x1b many\n'],
]
for (const [sentence, verified, text] of ROWS) {
  test(sentence, () => {
    const terminal = { out() {}, err() {}, colour: false, columns: undefined }
    assert.equal(printVerified(terminal, { bans: 0, missing: [], extra: [], more: 0, ...verified }), text)
  })
}
