import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { BanTable } from '../../src/firewall/ban-table.ts'
import { type BlockChange, changeBans, noBans } from '../../src/firewall/bans.ts'
import { wantedOf } from '../../src/firewall/wanted.ts'
import { FEW_ELEMENTS } from '../../src/firewall/watcher.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import { block, scope } from './blocks.ts'
import { memoryKernel } from './memory-kernel.ts'

const START = Date.UTC(2026, 0, 1)

function table(options: { readonly ends?: boolean } = {}) {
  const world = fakeWorld({ now: START })
  const kernel = memoryKernel(options.ends ? world.clock.now : undefined)
  const told: string[] = []
  const bans = new BanTable({
    kernel,
    clock: world.clock,
    onHealed: ({ cause, elements }) => told.push(`${cause}: ${elements}`),
    onFault: (fault) => told.push(fault?.code ?? 'well'),
  })
  return { kernel, world, told, bans }
}

const add = (network: string, until?: number, owner?: string): BlockChange => ({
  kind: 'add',
  block: block(network, 'tcp 80 drop', until, owner),
})
const remove = (network: string, owner = 'jail'): BlockChange => ({
  kind: 'remove',
  network: parseNetwork(network)!,
  scope: scope('tcp 80 drop'),
  owner,
})
/** So many that the watcher is there before they are sent. */
const MANY = Array.from({ length: FEW_ELEMENTS + 1 }, (_, i) => block(`10.0.${i >> 8}.${i & 255}`, 'tcp 80 drop'))
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('open puts what is wanted, in one transaction, and takes away what is not', async () => {
  const { kernel, bans } = table()
  await kernel.apply([
    'add table inet rampart_bans',
    'add set inet rampart_bans old_4 { }',
    'add set inet rampart_bans tcp_80_drop_4 { }',
    'add element inet rampart_bans old_4 { 192.0.2.8 }',
    'add element inet rampart_bans tcp_80_drop_4 { 192.0.2.9 }',
  ])
  await bans.open([block('192.0.2.1', 'tcp 80 drop', START + 5000), block('2001:db8::/64', 'all all reject')])
  assert.deepEqual(kernel.print(), ['all_reject_6_64 2001:db8::', 'tcp_80_drop_4 192.0.2.1 timeout 0d5s0ms'])
  assert.equal(kernel.transactions.length, 2)
})

test('what is in given scopes can be listed, and open leaves it where that is wanted', async () => {
  const { kernel, bans } = table()
  await kernel.apply([
    'add table inet rampart_bans',
    'add set inet rampart_bans old_4 { }',
    'add set inet rampart_bans tcp_80_drop_4 { }',
    'add set inet rampart_bans tcp_80_drop_6_64 { }',
    'add element inet rampart_bans old_4 { 192.0.2.8 }',
    'add element inet rampart_bans tcp_80_drop_4 { 192.0.2.9 timeout 1d expires 23h59m58s500ms, 192.0.2.10 }',
    'add element inet rampart_bans tcp_80_drop_6_64 { 2001:db8:: timeout 1m expires 30s }',
  ])
  const found = await bans.list([scope('all all drop'), scope('tcp 80 drop')])
  const told = found.map(({ set, network, from, until }) => [
    set.name,
    network.text,
    from - START,
    until && until - START,
  ])
  assert.deepEqual(told, [
    ['tcp_80_drop_4', '192.0.2.9', -1500, 86_398_500],
    ['tcp_80_drop_4', '192.0.2.10', 0, undefined],
    ['tcp_80_drop_6_64', '2001:db8::/64', -30_000, 30_000],
  ])
  await bans.open([block('192.0.2.1', 'tcp 80 drop')], [scope('tcp 80 drop')])
  assert.deepEqual(
    kernel.print().map((element) => element.split(' ')[1]),
    ['192.0.2.1', '192.0.2.10', '192.0.2.9', '2001:db8::'],
  )
})

test('puts that arrive while a transaction runs go together with the next', async () => {
  const { kernel, bans } = table()
  await bans.open([])
  const before = kernel.transactions.length
  await Promise.all(Array.from({ length: 200 }, (_, index) => bans.put([add(`192.0.2.${index}`)])))
  assert.ok(kernel.transactions.length - before <= 2)
  assert.equal(kernel.print().length, 200)
})

test('the network stays until the last owner lets go', async () => {
  const { kernel, bans } = table()
  await bans.open([])
  await bans.put([add('192.0.2.1', undefined, 'a'), add('192.0.2.1', undefined, 'b')])
  await bans.put([remove('192.0.2.1', 'a')])
  assert.deepEqual(kernel.print(), ['tcp_80_drop_4 192.0.2.1'])
  await bans.put([remove('192.0.2.1', 'b'), remove('192.0.2.7', 'b')])
  assert.deepEqual(kernel.print(), [])
})

test('the kernel let an element expire before it is removed: the rest of the batch is not lost', async () => {
  const { kernel, bans } = table()
  await bans.open([block('192.0.2.1', 'tcp 80 drop', START + 5000)])
  await kernel.apply(['delete element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 }'])
  await bans.put([remove('192.0.2.1'), add('192.0.2.2')])
  assert.deepEqual(kernel.print(), ['tcp_80_drop_4 192.0.2.2'])
})

test('only the put with the refused element fails, and may be put again', async () => {
  const { kernel, bans } = table()
  await bans.open([])
  kernel.refused.add('192.0.2.50')
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, index) => bans.put([add(`192.0.2.${index}`)])),
  )
  assert.deepEqual(
    results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
    [50],
  )
  assert.equal(kernel.print().length, 99)
  kernel.refused.clear()
  await bans.put([add('192.0.2.50')])
  assert.equal(kernel.print().length, 100)
})

test('of a full set what there is room for is held; to know of the rest takes few transactions, and other sets take all', async () => {
  const { kernel, bans } = table()
  await bans.open([block('192.0.2.1', 'tcp 80 drop')])
  kernel.room.set('tcp_80_drop_4', 11)
  const before = kernel.transactions.length
  const crowd = Array.from({ length: 1000 }, (_, index) => add(`10.0.${index >> 8}.${index & 255}`))
  const other = { kind: 'add', block: block('192.0.2.9', 'all all drop') } as const
  const refused = await bans.putEach([...crowd, other, remove('192.0.2.1')])
  assert.equal(refused.size, 989)
  assert.ok([...refused.values()].every(({ code }) => code === 'kernel.full'))
  assert.equal(kernel.print().length, 12)
  assert.ok(kernel.transactions.length - before < 40, `${kernel.transactions.length - before} transactions`)
  assert.equal(bans.isHeld(scope('all all drop'), parseNetwork('192.0.2.9')!), true)
  assert.equal(bans.isHeld(scope('tcp 80 drop'), parseNetwork('10.0.3.200')!), false)
})

test('an nft that fails in an odd way while bans are put back never has the table removed', async () => {
  const { kernel, bans, told, world } = table()
  await bans.open([block('192.0.2.1', 'tcp 80 drop')])
  kernel.tell({ kind: 'structure', what: 'table' })
  kernel.faults.push('kernel.refused', 'kernel.refused')
  world.advance(2000)
  await settle()
  world.advance(5000)
  await settle()
  assert.ok(told.includes('table deleted: 1'), told.join())
  assert.deepEqual(
    kernel.transactions.flat().filter((line) => line.startsWith('delete table')),
    [],
  )
})

test('of a set that empties every element goes with one line', async () => {
  const { kernel, bans } = table()
  const crowd = Array.from({ length: 300 }, (_, index) => block(`10.0.${index >> 8}.${index & 255}`, 'tcp 80 drop'))
  await bans.open([...crowd, block('192.0.2.9', 'all all drop')])
  const before = kernel.transactions.length
  const removals = crowd.map(({ network, scope, owner }): BlockChange => ({ kind: 'remove', network, scope, owner }))
  await bans.put([...removals, add('192.0.2.1')])
  assert.deepEqual(kernel.print(), ['all_drop_4 192.0.2.9', 'tcp_80_drop_4 192.0.2.1'])
  const lines = kernel.transactions.slice(before).flat()
  assert.ok(!lines.some((line) => line.includes('delete element inet rampart_bans tcp_80_drop_4')), lines.join('\n'))
  await bans.put(removals.slice(0, 1))
})

test('element by element all are gone through, none twice before all were', () => {
  const bans = noBans()
  const addresses = Array.from({ length: 25 }, (_, index) => `192.0.2.${index}`)
  for (const address of addresses) changeBans(bans, { kind: 'add', block: block(address, 'tcp 80 drop') })
  const wanted = wantedOf(bans, fakeWorld().clock, () => true)
  const rounds = Array.from({ length: 9 }, () => wanted.next(10).map(({ address }) => address))
  const seen = rounds.flat()
  assert.deepEqual(seen.slice(0, 25), addresses)
  assert.deepEqual(seen.slice(25, 50), addresses)
})

test('a refused put says why', async () => {
  const { kernel, bans } = table()
  await bans.open([])
  for (const code of ['kernel.denied', 'kernel.busy', 'kernel.absent']) {
    kernel.faults.push(code)
    await assert.rejects(bans.put([add('192.0.2.1')]), { code })
  }
})

test('too much for one transaction goes in smaller ones', async () => {
  const { kernel, bans } = table()
  kernel.faults.push('kernel.large', undefined, 'kernel.large')
  await bans.open(Array.from({ length: 5000 }, (_, index) => block(`10.0.${index >> 8}.${index & 255}`, 'tcp 80 drop')))
  assert.equal(kernel.print().length, 5000)
})

test('the table was deleted: the next put brings all back', async () => {
  const { kernel, bans, told } = table()
  await bans.open([block('192.0.2.1', 'tcp 80 drop')])
  kernel.flush()
  await bans.put([add('192.0.2.2')])
  assert.deepEqual(kernel.print(), ['tcp_80_drop_4 192.0.2.1', 'tcp_80_drop_4 192.0.2.2'])
  assert.deepEqual(told, ['table deleted: 2'])
})

test('another program deleted an element: it comes back; our own deletions are let be', async () => {
  const { kernel, bans, told, world } = table()
  await bans.open([block('192.0.2.1', 'tcp 80 drop'), block('192.0.2.2', 'tcp 80 drop')])
  kernel.tell({ kind: 'element', set: 'marks', addresses: ['0x00000001'] })
  kernel.tell({ kind: 'element', set: 'tcp_80_drop_4', addresses: ['192.0.2.2'] })
  kernel.tell({ kind: 'element', set: 'marks', addresses: ['0x00000002'] })
  world.advance(1000)
  await settle()
  assert.deepEqual(told, [])
  await kernel.apply(['delete element inet rampart_bans tcp_80_drop_4 { 192.0.2.1 }'])
  kernel.tell({ kind: 'element', set: 'tcp_80_drop_4', addresses: ['192.0.2.1'] })
  world.advance(100)
  await settle()
  assert.deepEqual(told, ['elements were deleted: 1'])
  assert.equal(kernel.print().length, 2)
})

test('what is deleted while the table opens is put back, though nobody puts anything after it', async () => {
  const { kernel, world, told, bans } = table()
  const { apply } = kernel
  kernel.apply = (lines) => {
    const applied = apply(lines)
    if (!lines.some((line) => line.includes('10.0.0.1'))) return applied
    // Behind that transaction; it is due before nft has ended.
    kernel.tell({ kind: 'structure', what: 'rule' })
    world.advance(1000)
    return applied
  }
  await bans.open(MANY)
  for (let i = 0; i < 10; i++) await settle()
  assert.equal(bans.isHurt, false)
  assert.deepEqual(told, [`rule deleted: ${MANY.length}`])
})

test('of what a guard before has left nothing is taken away unmarked: it would be taken for a foreign deed', async () => {
  const { kernel, bans } = table()
  await kernel.apply(['add table inet rampart_bans', 'add set inet rampart_bans tcp_80_drop_4 { }'])
  await bans.open(MANY)
  const lines = kernel.transactions.at(-1)!
  const marks = lines.flatMap((line, at) => (line.startsWith('delete element inet rampart_bans marks') ? [at] : []))
  const flush = lines.indexOf('flush set inet rampart_bans tcp_80_drop_4')
  assert.equal(marks.length, 2)
  assert.ok(marks[0]! < flush && flush < marks[1]!, `${marks} ${flush}`)
})

test('healing that is refused is told and tried again', async () => {
  const { kernel, bans, told, world } = table()
  await bans.open([block('192.0.2.1', 'tcp 80 drop')])
  world.advance(5000)
  await settle()
  kernel.flush()
  kernel.faults.push('kernel.busy')
  kernel.tell({ kind: 'structure', what: 'table' })
  for (let i = 0; i < 5; i++) {
    world.advance(2000)
    await settle()
  }
  assert.deepEqual(told, ['kernel.busy', 'well', 'table deleted: 1'])
  assert.equal(kernel.print().length, 1)
})

test('close keeps the bans or takes the table away', async () => {
  const { kernel, bans } = table()
  await bans.open([block('192.0.2.1', 'tcp 80 drop')])
  await bans.close({ keep: true })
  assert.equal(kernel.print().length, 1)
  await bans.close({ keep: false })
  assert.deepEqual(await kernel.structure(), [])
  await assert.rejects(bans.put([add('192.0.2.1')]), { code: 'kernel.closed' })
})

test('before + change = after, over random sequences with faults and foreign flushes', async () => {
  const { kernel, bans, world } = table({ ends: true })
  await bans.open([])
  const wanted = new Map<string, Map<string, number>>()
  let seed = 7
  const random = (n: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return (seed >>> 16) % n
  }
  for (let round = 0; round < 400; round++) {
    const changes: BlockChange[] = []
    for (let i = random(6); i >= 0; i--) {
      const network = ['192.0.2.', '10.1.', '2001:db8::'][random(3)]!
      const text = network === '10.1.' ? `10.1.${random(4)}.0/24` : network + (1 + random(5))
      const owner = `jail${random(2)}`
      const owners = wanted.get(text) ?? new Map<string, number>()
      wanted.set(text, owners)
      if (random(3) === 0) {
        changes.push(remove(text, owner))
        owners.delete(owner)
      } else {
        const until = START + 1_000_000_000 + random(3) * 1000
        changes.push(add(text, until, owner))
        owners.set(owner, until)
      }
    }
    if (random(20) === 0) {
      kernel.flush()
      kernel.tell({ kind: 'structure', what: 'table' })
      world.advance(2000)
      await settle()
    }
    const fault = random(15) === 0
    if (fault) kernel.faults.push('kernel.busy')
    await bans.put(changes).catch(() => bans.put(changes))
    kernel.faults.length = 0
    const expected = [...wanted].flatMap(([text, owners]) => {
      if (owners.size === 0) return []
      const [address, prefix] = text.split('/')
      const name = `tcp_80_drop_${text.includes(':') ? 6 : 4}${prefix ? `_${prefix}` : ''}`
      return [`${name} ${address} until ${Math.max(...owners.values())}`]
    })
    assert.deepEqual(kernel.print(), expected.sort())
  }
})
