/** What the bans do to real packets between two namespaces. */
import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { BanTable } from '../../src/firewall/ban-table.ts'
import type { Block } from '../../src/firewall/block.ts'
import { nftKernel } from '../../src/firewall/kernel.ts'
import { realWorld } from '../../src/world/real.ts'
import { block } from '../firewall/blocks.ts'
import { CLIENT, inNamespace, type Neighbour, neighbour, run } from './namespace.ts'

/** What a client there sees. */
interface Row {
  readonly name: string
  readonly blocks: readonly Block[]
  /** from, to, port → connect, silence (dropped), ECONNREFUSED (rejected) */
  readonly seen: readonly (readonly [string, string, number, string])[]
}

const [V4, V6] = ['192.0.2.1', '2001:db8::1']
const ROWS: readonly Row[] = [
  {
    name: 'drop in some ports: silence there, the other port answers, the other client is served',
    blocks: [block('192.0.2.2', 'tcp 8001,8003 drop'), block('2001:db8::2', 'tcp 8001-8001 drop')],
    seen: [
      ['192.0.2.2', V4, 8001, 'silence'],
      ['192.0.2.2', V4, 8002, 'connect'],
      ['192.0.2.3', V4, 8001, 'connect'],
      ['2001:db8::2', V6, 8001, 'silence'],
      ['2001:db8::2', V6, 8002, 'connect'],
      ['2001:db8::3', V6, 8001, 'connect'],
    ],
  },
  {
    name: 'reject in all: refused at once, in IPv6 too, though its neighbour discovery goes on',
    blocks: [block('192.0.2.2', 'all all reject'), block('2001:db8::2', 'all all reject')],
    seen: [
      ['192.0.2.2', V4, 8001, 'ECONNREFUSED'],
      ['192.0.2.3', V4, 8001, 'connect'],
      ['2001:db8::2', V6, 8002, 'ECONNREFUSED'],
      ['2001:db8::3', V6, 8002, 'connect'],
    ],
  },
  {
    // Over IPv6 a client in the same kernel holds its socket when the answer comes, and hears of it a second later.
    name: 'unreachable in all: refused at once',
    blocks: [block('192.0.2.2', 'all all unreachable')],
    seen: [
      ['192.0.2.2', V4, 8001, 'ECONNREFUSED'],
      ['192.0.2.3', V4, 8001, 'connect'],
    ],
  },
  {
    name: 'a network: all of its addresses and no other',
    blocks: [block('192.0.2.0/30', 'tcp all drop'), block('2001:db8:0:1::/64', 'all 8001 reject')],
    seen: [
      ['192.0.2.2', V4, 8001, 'silence'],
      ['192.0.2.5', V4, 8001, 'connect'],
      ['2001:db8:0:1::9', V6, 8001, 'ECONNREFUSED'],
      ['2001:db8:0:1::9', V6, 8002, 'connect'],
      ['2001:db8::2', V6, 8001, 'connect'],
    ],
  },
]

inNamespace(fileURLToPath(import.meta.url), () => {
  const world = realWorld()
  const kernel = nftKernel(world)
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  let there: Neighbour
  let client: ReturnType<Neighbour['talk']>

  before(async () => {
    there = await neighbour(
      'cable',
      ['192.0.2.1/24', '2001:db8::1/48'],
      ['192.0.2.2/24', '192.0.2.3/24', '192.0.2.5/24', '2001:db8::2/48', '2001:db8::3/48', '2001:db8:0:1::9/48'],
    )
    for (const port of [8001, 8002]) {
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.on('error', () => {}).pipe(socket)
      })
      await new Promise<void>((resolve) => server.listen(port, '::', resolve))
      servers.push(server)
    }
    client = there.talk(CLIENT)
    // A new link answers neighbour solicitations only after a second.
    for (const from of ['2001:db8::2', '2001:db8::3', '2001:db8:0:1::9']) {
      for (let tries = 0; tries < 10 && (await client.ask(`connect ${from} ${V6} 8001`)) !== 'connect'; ) tries++
    }
  })
  after(() => {
    there.end()
    for (const socket of sockets) socket.destroy()
    for (const server of servers) server.close()
  })

  const withBans = async (blocks: readonly Block[], act: (bans: BanTable) => Promise<void>) => {
    const bans = new BanTable({ kernel, clock: world.clock })
    await bans.open(blocks)
    try {
      await act(bans)
    } finally {
      await bans.close({ keep: false })
    }
  }

  for (const { name, blocks, seen } of ROWS) {
    test(name, () =>
      withBans(blocks, async () => {
        for (const [from, to, port, outcome] of seen) {
          assert.equal(await client.ask(`connect ${from} ${to} ${port}`), outcome, `${from} to ${to} port ${port}`)
        }
      }),
    )
  }

  test('a neighbour banned from all, whom we do not know yet, is refused and not left in silence', () =>
    withBans([block('2001:db8::2', 'all all reject')], async () => {
      run('ip', '-6', 'neigh', 'flush', 'dev', 'cable0')
      there.run('ip', '-6', 'neigh', 'flush', 'dev', 'cable1')
      assert.equal(await client.ask(`connect 2001:db8::2 ${V6} 8001`), 'ECONNREFUSED')
    }))

  for (const [how, outcome] of [
    ['drop', 'silence'],
    ['reject', 'ECONNRESET'],
    ['unreachable', 'ECONNRESET'],
  ]) {
    test(`an open connection, of which another program says accept, dies with the ban (${how}: ${outcome})`, () =>
      withBans([], async (bans) => {
        run('nft', 'add table inet other; add chain inet other in { type filter hook input priority -500; }')
        run('nft', 'add rule inet other in ct state established accept')
        assert.equal(await client.ask(`connect 192.0.2.2 ${V4} 8001`), 'connect')
        assert.equal(await client.ask('say'), 'echo')
        await bans.put([{ kind: 'add', block: block('192.0.2.2', `tcp 8001 ${how}`) }])
        assert.equal(await client.ask('say'), outcome)
        run('nft', 'delete table inet other')
      }))
  }

  test('an element ends by itself, also when nobody is there to end it', () =>
    withBans([block('192.0.2.2', 'tcp 8001 drop', Date.now() + 700)], async () => {
      assert.equal(await client.ask(`connect 192.0.2.2 ${V4} 8001`), 'silence')
      await new Promise((resolve) => setTimeout(resolve, 600))
      assert.equal(await client.ask(`connect 192.0.2.2 ${V4} 8001`), 'connect')
    }))

  test('our own connection to a client banned in some ports goes on', () =>
    withBans([block('192.0.2.2', 'tcp 8001,8002 drop')], async () => {
      const server = there.talk(
        `require('node:net').createServer((s) => s.pipe(s)).listen(9000, '192.0.2.2', () => console.log('up'))`,
      )
      assert.equal(await server.ask(''), 'up')
      const script = `require('node:net').connect(9000, '192.0.2.2', () => process.exit(0))`
      assert.equal(run(process.execPath, '-e', script), '')
      server.end()
    }))

  test('forwarded and redirected traffic is banned by the port that the client asked for', async () => {
    const inner = await neighbour('dock', ['10.9.0.1/24'], ['10.9.0.2/24'], ['10.9.0.1'])
    run('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward')
    run('nft', 'add table ip nat; add chain ip nat pre { type nat hook prerouting priority dstnat; }')
    run('nft', 'add rule ip nat pre tcp dport { 8080, 8081 } dnat to 10.9.0.2:80')
    const server = inner.talk(
      `require('node:net').createServer((s) => s.pipe(s)).listen(80, '10.9.0.2', () => console.log('up'))`,
    )
    assert.equal(await server.ask(''), 'up')
    await withBans([block('192.0.2.2', 'tcp 8080 drop')], async () => {
      assert.equal(await client.ask(`connect 192.0.2.3 ${V4} 8080`), 'connect')
      assert.equal(await client.ask(`connect 192.0.2.2 ${V4} 8081`), 'connect')
      assert.equal(await client.ask(`connect 192.0.2.2 ${V4} 8080`), 'silence')
    })
    await withBans([block('192.0.2.2', 'tcp 80 drop')], async () => {
      assert.equal(await client.ask(`connect 192.0.2.2 ${V4} 8080`), 'connect')
    })
    run('nft', 'delete table ip nat')
    inner.end()
  })
})
