import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nftKernel } from '../../src/firewall/kernel.ts'
import { parseLine } from '../../src/firewall/monitor.ts'
import { nftFault } from '../../src/firewall/nft-fault.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import type { Exit } from '../../src/world/run.ts'

const complain = (words: string) => `/dev/stdin:1:9-15: Error: Could not process rule: ${words}\nadd element ...\n`
const FAULTS: readonly (readonly [string, Partial<Exit>, string])[] = [
  ['no nft', { code: 127, err: 'spawn nft ENOENT' }, 'kernel.absent'],
  ['no room for another process', { code: 127, err: 'spawn nft EAGAIN' }, 'kernel.busy'],
  ['an nft that hangs', { code: 137, timedOut: true }, 'kernel.busy'],
  ['no right', { err: complain('Operation not permitted') }, 'kernel.denied'],
  ['another program at work', { err: complain('Device or resource busy') }, 'kernel.busy'],
  ['an interruption', { err: 'netlink: Error: Interrupted system call' }, 'kernel.busy'],
  ['a buffer that is full', { err: complain('No buffer space available') }, 'kernel.busy'],
  ['a table that is gone', { err: '/dev/stdin:1:1-2: Error: No such file or directory' }, 'kernel.gone'],
  ['a full set', { err: complain('Too many open files in system') }, 'kernel.full'],
  ['a small socket', { err: 'netlink: Error: Could not process rule: Message too long' }, 'kernel.large'],
  ['anything else', { err: complain('Invalid argument') }, 'kernel.refused'],
]
for (const [sentence, exit, code] of FAULTS) {
  test(`${sentence} is ${code}`, () => {
    const fault = nftFault({ code: 1, out: '', err: '', timedOut: false, ...exit })
    assert.equal(fault.code, code)
    assert.doesNotMatch(fault.message, /add element|stdin/)
  })
}

test('a busy kernel is asked again until it takes the transaction', async () => {
  const world = fakeWorld()
  world.answer('nft -f', { code: 1, err: complain('Device or resource busy') })
  const kernel = nftKernel(world)
  let done = false
  const applied = kernel.apply(['add table inet x']).then(() => {
    done = true
  })
  for (let attempt = 0; attempt < 3; attempt++) {
    await new Promise((resolve) => setImmediate(resolve))
    world.advance(500)
  }
  assert.equal(done, false)
  world.answer('nft -f', { code: 0 })
  await new Promise((resolve) => setImmediate(resolve))
  world.advance(500)
  await applied
  assert.ok(world.ran.length >= 4)
  assert.ok(world.ran.every(({ input }) => input === 'add table inet x\n'))
})

const LINES: readonly (readonly [string, unknown])[] = [
  [
    'delete element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 timeout 1h expires 59m }',
    { kind: 'element', set: 'tcp_80_drop_4', addresses: ['192.0.2.1'] },
  ],
  [
    'delete element inet rampart_bans all_drop_6 { 2001:db8::1, 2001:db8::2 expires 9s }',
    { kind: 'element', set: 'all_drop_6', addresses: ['2001:db8::1', '2001:db8::2'] },
  ],
  ['delete table inet rampart_bans', { kind: 'structure', what: 'table', name: undefined }],
  ['delete set inet rampart_bans all_drop_4', { kind: 'structure', what: 'set', name: 'all_drop_4' }],
  ['delete rule inet rampart_bans bans handle 4', { kind: 'structure', what: 'rule', name: 'bans' }],
  ['listening', { kind: 'listening' }],
  ['delete table inet rampart', { kind: 'rules' }],
  ['change table inet rampart', { kind: 'rules' }],
  ['delete table ip rampart', undefined],
  ['delete table ip rampart_bans', undefined],
  ['add element inet rampart_bans all_drop_6 { 2001:db8::1 }', undefined],
  ['', undefined],
]
for (const [line, event] of LINES) {
  test(`the monitor's line "${line}" means ${JSON.stringify(event)}`, () => {
    assert.deepEqual(parseLine(line, 'rampart_bans'), event)
  })
}
