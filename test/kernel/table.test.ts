/** The ban table in a real kernel: healing, restarts, neighbours, and its equality with the model. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseNetwork } from '../../src/base/address.ts'
import { BanTable, type BanTableOptions } from '../../src/firewall/ban-table.ts'
import type { BlockChange } from '../../src/firewall/bans.ts'
import { type Kernel, nftKernel } from '../../src/firewall/kernel.ts'
import { realWorld } from '../../src/world/real.ts'
import { block, scope } from '../firewall/blocks.ts'
import { INSIDE, inNamespace, run } from './namespace.ts'

inNamespace(fileURLToPath(import.meta.url), () => {
  const world = realWorld()
  const kernel = nftKernel(world)
  const open = async (blocks: Parameters<BanTable['open']>[0], options: Partial<BanTableOptions> = {}) => {
    const bans = new BanTable({ kernel, clock: world.clock, ...options })
    await bans.open(blocks)
    return bans
  }
  const hosts = (count: number, until?: number) =>
    Array.from({ length: count }, (_, i) => block(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 'tcp 80 drop', until))
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  const DAMAGE: readonly (readonly [string, string])[] = [
    ['an element is deleted', 'delete element inet rampart_bans tcp_80_drop_4 { 10.0.0.7 }'],
    ['a set is flushed', 'flush set inet rampart_bans tcp_80_drop_4'],
    ['the rules are flushed', 'flush chain inet rampart_bans bans'],
    ['our table is deleted', 'delete table inet rampart_bans'],
    ['the ruleset is flushed', 'flush ruleset'],
  ]
  for (const [damage, command] of DAMAGE) {
    test(`${damage}: all is back within 2 s, and told`, async () => {
      const told: string[] = []
      const bans = await open([...hosts(100), block('2001:db8::/64', 'all all reject')], {
        onHealed: ({ cause }) => told.push(cause),
      })
      await pause(300)
      const whole = withoutHandles(run('nft', 'list', 'ruleset'))
      run('nft', command)
      assert.notEqual(withoutHandles(run('nft', 'list', 'ruleset')), whole)
      for (let waited = 0; told.length === 0 && waited < 2000; waited += 20) await pause(20)
      assert.equal(withoutHandles(run('nft', 'list', 'ruleset')), whole)
      await pause(200)
      assert.equal(told.length, 1, told.join())
      await bans.close({ keep: false })
    })
  }

  const crowd = process.env[INSIDE] === 'user' ? 6000 : 60_000
  for (const [damage, command] of [
    ['R02 one element is deleted', 'delete element inet rampart_bans tcp_80_drop_4 { 10.0.20.7 }'],
    ['R02 an element of IPv6 is deleted', 'delete element inet rampart_bans all_reject_6_64 { 2001:db8:: }'],
    ['R01 the ruleset is flushed', 'flush ruleset'],
  ] as const) {
    test(`${damage} with ${crowd} bans: all is back, and told`, async (t) => {
      const told: string[] = []
      const bans = await open([...hosts(crowd), block('2001:db8::/64', 'all all reject')], {
        onHealed: ({ cause, elements }) => told.push(`${cause}: ${elements}`),
      })
      const began = performance.now()
      run('nft', command)
      while (told.length === 0 && performance.now() - began < 10_000) await pause(5)
      t.diagnostic(`${told.join()} after ${Math.round(performance.now() - began)} ms`)
      const held = await Promise.all(
        ['10.0.20.7', '10.0.0.0', '2001:db8::1'].map((one) => bans.holds(parseNetwork(one)!)),
      )
      assert.deepEqual(
        held.map(({ length }) => length),
        [1, 1, 1],
      )
      assert.equal(told.length, 1)
      await bans.close({ keep: false })
    })
  }

  test('R02 where nobody tells of deletions each element is sent again in turn', async () => {
    const without: Kernel = {
      ...kernel,
      watch(how, table, tell) {
        if (how === 'nft') return kernel.watch(how, table, tell)
        tell({ kind: 'started' })
        tell({ kind: 'absent' })
        return () => {}
      },
    }
    const bans = await open(hosts(crowd), { kernel: without })
    run('nft', 'delete element inet rampart_bans tcp_80_drop_4 { 10.0.1.7 }')
    const isBack = async () => (await bans.holds(parseNetwork('10.0.1.7')!)).length === 1
    for (let waited = 0; !(await isBack()) && waited < 10_000; waited += 100) await pause(100)
    assert.ok(await isBack())
    await bans.close({ keep: false })
  })

  test('who listens for deletions is killed: what is deleted meanwhile is back all the same', async () => {
    const bans = await open(hosts(6000))
    const listener = childrenOf(process.pid).find(({ words }) => words[0]?.startsWith('rampart: listens'))
    process.kill(listener!.pid, 'SIGKILL')
    run('nft', 'delete element inet rampart_bans tcp_80_drop_4 { 10.0.20.7 }')
    const isBack = async () => (await bans.holds(parseNetwork('10.0.20.7')!)).length === 1
    for (let waited = 0; !(await isBack()) && waited < 10_000; waited += 100) await pause(100)
    assert.ok(await isBack())
    await bans.close({ keep: false })
  })

  test('deletions are heard by whom it suits: a ban table that grows and shrinks misses none', async () => {
    const told: string[] = []
    const watched: string[] = []
    const listed: Kernel = {
      ...kernel,
      watch(how, table, tell) {
        watched.push(how)
        return kernel.watch(how, table, tell)
      },
    }
    const bans = await open(hosts(10), { kernel: listed, onHealed: ({ elements }) => told.push(`${elements}`) })
    const damage = async (address: string) => {
      await pause(1500)
      run('nft', `delete element inet rampart_bans tcp_80_drop_4 { ${address} }`)
      const before = told.length
      for (let waited = 0; told.length === before && waited < 10_000; waited += 20) await pause(20)
    }
    const many = hosts(6000).slice(10)
    const removals = many.map(({ network, scope, owner }): BlockChange => ({ kind: 'remove', network, scope, owner }))
    await bans.put(many.map((one) => ({ kind: 'add', block: one })))
    await damage('10.0.20.7')
    await bans.put(removals)
    await damage('10.0.0.7')
    assert.deepEqual(watched, ['nft', 'listener', 'nft'])
    assert.deepEqual(told, ['1', '1'])
    await bans.close({ keep: false })
  })

  test('our own adds, removals and new ends heal nothing', async () => {
    const told: string[] = []
    const bans = await open(hosts(10), { onHealed: ({ cause }) => told.push(cause) })
    await pause(300)
    for (let i = 0; i < 8; i++) {
      await bans.put([{ kind: 'add', block: block(`192.0.2.${i}`, 'all all reject', Date.now() + 60_000) }])
      await bans.put([{ kind: 'add', block: block(`192.0.2.${i}`, 'all all reject', Date.now() + 90_000) }])
      await bans.put([removal(`192.0.2.${i}`, 'all all reject')])
      await bans.put([removal(`10.0.0.${i}`, 'tcp 80 drop')])
    }
    await pause(1500)
    assert.deepEqual(told, [])
    await bans.close({ keep: false })
  })

  test('a foreign table is byte-identical through start, ban, unban, healing and stop', async () => {
    run('nft', 'add table ip docker; add chain ip docker f { type filter hook forward priority 0; }')
    run('nft', 'add rule ip docker f ip saddr 172.17.0.0/16 counter accept')
    const before = run('nft', '-a', 'list', 'table', 'ip', 'docker')
    const bans = await open(hosts(10))
    await bans.put([{ kind: 'add', block: block('192.0.2.1', 'all all reject') }])
    await bans.put([removal('192.0.2.1', 'all all reject')])
    run('nft', 'delete table inet rampart_bans')
    await pause(500)
    assert.equal(run('nft', '-a', 'list', 'table', 'ip', 'docker'), before)
    await bans.close({ keep: false })
    assert.equal(run('nft', '-a', 'list', 'table', 'ip', 'docker'), before)
    run('nft', 'delete table ip docker')
  })

  const many = process.env[INSIDE] === 'user' ? 2000 : 10_000
  test(`a restart with ${many} bans leaves no moment without them`, async () => {
    const first = await open(hosts(many, Date.now() + 3_600_000))
    await first.close({ keep: true })
    // As a client would see it: asked without pause, while the second start goes on.
    let [asked, missing, done] = [0, 0, false]
    const watching = (async () => {
      const other = nftKernel(world)
      while (!done) {
        const lines = [0, many >> 1, many - 2].map(
          (i) => `create element inet rampart_bans tcp_80_drop_4 { 10.0.${i >> 8}.${i & 255} }`,
        )
        missing += 3 - (await other.probe(lines)).length
        asked++
      }
    })()
    const second = await open(hosts(many - 1, Date.now() + 3_600_000))
    done = true
    await watching
    assert.ok(asked > 0)
    assert.equal(missing, 0)
    const last = (i: number) => second.holds(parseNetwork(`10.0.${i >> 8}.${i & 255}`)!)
    assert.deepEqual(await last(many - 1), [], 'ended meanwhile')
    assert.equal((await last(many - 2)).length, 1)
    await second.close({ keep: false })
  })

  test('holds tells what covers an address, and when it ends', async () => {
    const until = Date.now() + 60_000
    const bans = await open([block('192.0.2.1', 'tcp 80 drop', until, 'web'), block('192.0.2.0/24', 'all all reject')])
    const held = (await bans.holds(parseNetwork('192.0.2.1')!)).map(({ set, until: end, owners }) => [set, end, owners])
    assert.deepEqual(held, [
      ['tcp_80_drop_4', until, ['web']],
      ['all_reject_4_24', undefined, ['jail']],
    ])
    assert.deepEqual(await bans.holds(parseNetwork('192.0.3.1')!), [])
    assert.deepEqual(await bans.holds(parseNetwork('2001:db8::1')!), [])
    await bans.close({ keep: false })
  })

  test('before + change = after, in the kernel, over random sequences', async () => {
    const bans = await open([])
    const model = new Map<string, Set<string>>()
    let seed = 11
    const random = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 16) % n
    }
    const networks = ['192.0.2.1', '192.0.2.2', '10.1.0.0/16', '2001:db8::1', '2001:db8:1::/48', '2001:db8:2::/64']
    const scopes = ['tcp 80,443 drop', 'all all reject', 'udp 53 reject']
    for (let round = 0; round < 60; round++) {
      const changes = Array.from({ length: 1 + random(5) }, (): BlockChange => {
        const [network, in_, owner] = [networks[random(6)]!, scopes[random(3)]!, `jail${random(2)}`]
        const key = `${network} ${in_}`
        const owners = model.get(key) ?? new Set()
        model.set(key, owners)
        if (random(2) === 0) {
          owners.delete(owner)
          return { ...removal(network, in_), owner }
        }
        owners.add(owner)
        return {
          kind: 'add',
          block: block(network, in_, random(2) ? Date.now() + 1e6 + random(1e6) : undefined, owner),
        }
      })
      await bans.put(changes)
    }
    const wanted = [...model].filter(([, owners]) => owners.size > 0).map(([key]) => key)
    assert.deepEqual(elements(run('nft', '-j', 'list', 'ruleset')), wanted.map(elementOf).sort())
    await bans.close({ keep: false })
  })
})

function childrenOf(parent: number): { pid: number; words: string[] }[] {
  const pids = readFileSync(`/proc/self/task/${parent}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return pids.map((pid) => ({ pid, words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') }))
}

function removal(network: string, in_: string): BlockChange & { kind: 'remove' } {
  return { kind: 'remove', network: parseNetwork(network)!, scope: scope(in_), owner: 'jail' }
}

function elementOf(key: string): string {
  const [network, protocol, ports, verdict] = key.split(' ')
  const [address, prefix] = network!.split('/')
  const what = ports === 'all' ? protocol : `${protocol}_${ports!.replaceAll(',', '_')}`
  return `${what}_${verdict}_${network!.includes(':') ? 6 : 4}${prefix ? `_${prefix}` : ''} ${address}`
}

function elements(json: string): string[] {
  const { nftables } = JSON.parse(json) as {
    nftables: { set?: { name: string; elem?: (string | { elem: { val: string } })[] } }[]
  }
  return nftables
    .flatMap(({ set }) =>
      (set?.elem ?? []).map((elem) => `${set!.name} ${typeof elem === 'string' ? elem : elem.elem.val}`),
    )
    .sort()
}

function withoutHandles(text: string): string {
  const inside = text.replace(
    /elements = \{([^}]*)\}/g,
    (_, list: string) =>
      `elements = { ${list
        .split(',')
        .map((element) => element.trim())
        .sort()
        .join(', ')} }`,
  )
  return inside.replace(/ (expires|timeout) \w+/g, '')
}
