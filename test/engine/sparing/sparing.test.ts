/** Who is never banned follows the host and what `ignoreip` names; what follows is never waited for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../../src/base/address.ts'
import type { Fault } from '../../../src/base/fault.ts'
import type { JailSettings } from '../../../src/config/settings.ts'
import { HostNames } from '../../../src/engine/sparing/host-names.ts'
import { IgnoreFiles } from '../../../src/engine/sparing/ignore-files.ts'
import { ignoredBy, misspeltIn, namesOf, pathsOf } from '../../../src/engine/sparing/ignoring.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

const network = (text: string) => parseNetwork(text)!

function jail(...ignoreip: readonly string[]): JailSettings {
  return { name: 'sshd', options: { ignoreip } } as unknown as JailSettings
}

const WORDS: readonly [words: readonly string[], asked: string, isSpared: boolean][] = [
  [['192.0.2.9'], '192.0.2.9', true],
  [['192.0.2.9'], '192.0.2.8', false],
  [['192.0.2.0/24'], '192.0.2.8', true],
  [['192.0.2.77/24'], '192.0.2.8', true],
  [['192.0.2.0/255.255.255.0'], '192.0.2.8', true],
  [['192.0.2.0/255.255.0.255'], '192.0.2.8', false],
  [['::ffff:192.0.2.9'], '192.0.2.9', true],
  [['2001:db8::/32'], '2001:db8:5::1', true],
  [['2001:DB8:0::9'], '2001:db8::9', true],
  [['friend.example'], '203.0.113.5', true],
  [['friend.example'], '2001:db8::f', true],
  [['friend.example'], '203.0.113.6', false],
  [['friend.example'], '203.0.113.0/24', true],
  [['friend'], '203.0.113.7', true],
  [['alice', '0x7f.1', '999.1.1.1', 'fe80::1%eth0'], '127.0.0.1', false],
  [['file:/etc/friends'], '198.51.100.3', true],
  [['file:/etc/friends'], '198.51.101.3', false],
  [['file:/etc/nothing', '192.0.2.9'], '192.0.2.9', true],
]

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'friend.example': ['203.0.113.5', '2001:db8::f'],
  friend: ['203.0.113.7'],
}

for (const [words, asked, isSpared] of WORDS) {
  test(`ignoreip = ${words.join(' ')} ${isSpared ? 'spares' : 'does not spare'} ${asked}`, async () => {
    const world = fakeWorld()
    world.put('/etc/friends', '# friends\n198.51.100.0/24 ; all of them\n2001:db8:f::/48, 192.0.2.77\n\n')
    const names = new HostNames({ addresses: async (name) => NAMES[name] ?? [] })
    const files = new IgnoreFiles({ files: world.files, onTrouble: () => {} })
    const settings = jail(...words)
    const list = ignoredBy(settings, { names, files })
    await names.lookUp(
      namesOf([settings]).map((name) => ({ name, isPool: false })),
      1000,
    )
    await files.look(pathsOf([settings]))
    assert.equal(list(network(asked)) !== undefined, isSpared)
  })
}

test('words that were meant to be addresses are told, others are not', () => {
  const words = [
    '999.1.1.1',
    '10.0.0.0/33',
    '1.2.3',
    'fe80::1%eth0',
    '192.0.2.1',
    'alice',
    'friend.example',
    'file:/a:b/c',
  ]
  assert.match(misspeltIn([jail(...words)]).join(), /: 999\.1\.1\.1, 10\.0\.0\.0\/33, 1\.2\.3, fe80::1%eth0 is no/)
})

test('a name follows its address, keeps it while nobody answers, and a pool gathers its own', async () => {
  let answer: readonly string[] = ['192.0.2.1']
  const names = new HostNames({ addresses: async () => answer })
  const wanted = [
    { name: 'dyn.example', isPool: false },
    { name: 'pool.example', isPool: true },
    { name: '192.0.2.99', isPool: true },
  ]
  const look = async () => {
    await names.lookUp(wanted, 1000)
    return wanted.map(({ name }) => names.addresses(name).map(({ text }) => text))
  }
  assert.deepEqual(await look(), [['192.0.2.1'], ['192.0.2.1'], ['192.0.2.99']])
  answer = []
  assert.deepEqual(await look(), [['192.0.2.1'], ['192.0.2.1'], ['192.0.2.99']])
  answer = ['192.0.2.2', 'no address']
  assert.deepEqual(await look(), [['192.0.2.2'], ['192.0.2.2', '192.0.2.1'], ['192.0.2.99']])
  names.retain(wanted.slice(1))
  assert.deepEqual(names.addresses('dyn.example'), [])
})

test('a file is read again when it changes, told when it is at fault, and holds while it is not there', async () => {
  const world = fakeWorld()
  const troubles = new Map<string, Fault | undefined>()
  const files = new IgnoreFiles({ files: world.files, onTrouble: (topic, fault) => troubles.set(topic, fault) })
  const list = files.listOf('/f')
  const look = () => files.look(['/f'])
  await look()
  assert.match(troubles.get('/f')?.message ?? '', /\/f is not there/)
  world.put('/f', '192.0.2.1\n')
  await look()
  assert.equal(troubles.get('/f'), undefined)
  assert.match(list(network('192.0.2.1')) ?? '', /it stands in \/f/)
  world.put('/f', '192.0.2.2\nnonsense\n')
  await look()
  assert.equal(list(network('192.0.2.1')), undefined)
  assert.match(troubles.get('/f')?.message ?? '', /"nonsense" is no address/)
  world.files.remove('/f')
  await look()
  assert.ok(list(network('192.0.2.2')))
  assert.match(troubles.get('/f')?.hint ?? '', /still holds/)
  await files.look([])
  assert.equal(list(network('192.0.2.2')), undefined)
})

test('a file of 100,000 networks holds up nothing for long', async () => {
  const world = fakeWorld()
  const text = Array.from({ length: 100_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32\n`).join('')
  world.put('/big', text)
  const files = new IgnoreFiles({ files: world.files, onTrouble: (_, fault) => assert.equal(fault, undefined) })
  let turns = 0
  const count = () => {
    turns++
    setImmediate(count).unref()
  }
  setImmediate(count).unref()
  await files.look(['/big'])
  assert.ok(turns >= 50, `${turns} turns of others`)
  assert.ok(files.listOf('/big')(network('10.1.134.159')))
  assert.equal(files.listOf('/big')(network('10.2.0.0')), undefined)
})
