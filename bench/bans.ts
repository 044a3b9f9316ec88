/**
 * How long a ban takes to reach the kernel: one at a time, many at once, and all of them after a restart. Run in a
 * network namespace of its own: `unshare -n bin/node bench/bans.ts`; it starts itself there.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseNetwork } from '../src/base/address.ts'
import { BanTable } from '../src/firewall/ban-table.ts'
import type { Block } from '../src/firewall/block.ts'
import { nftKernel } from '../src/firewall/kernel.ts'
import { realWorld } from '../src/world/real.ts'

if (process.argv[2] === 'inside') await measure()
else {
  const unshare = process.getuid?.() === 0 ? '-n' : '-Urn'
  const self = fileURLToPath(import.meta.url)
  process.exitCode = spawnSync('unshare', [unshare, process.execPath, self, 'inside'], { stdio: 'inherit' }).status ?? 1
}

async function measure(): Promise<void> {
  const world = realWorld()
  const kernel = nftKernel(world)
  const scope = { protocol: 'tcp', ports: [{ from: 80, to: 80 }], verdict: 'drop' } as const
  const until = Date.now() + 3_600_000
  const block = (index: number): Block => {
    const network = parseNetwork(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`)!
    return { network, scope, until, owner: 'bench' }
  }
  const open = async (count: number) => {
    const bans = new BanTable({ kernel, clock: world.clock, onFault: (fault) => console.log(fault?.message) })
    const start = performance.now()
    await bans.open(Array.from({ length: count }, (_, index) => block(index)))
    return { bans, ms: performance.now() - start }
  }
  const put = async (bans: BanTable, from: number, count: number) => {
    const start = performance.now()
    await Promise.all(
      Array.from({ length: count }, (_, index) => bans.put([{ kind: 'add', block: block(from + index) }])),
    )
    return performance.now() - start
  }

  const { bans } = await open(0)
  const single: number[] = []
  for (let index = 0; index < 300; index++) single.push(await put(bans, index, 1))
  single.sort((a, b) => a - b)
  console.log(`one ban: p50 ${single[150]!.toFixed(1)} ms, p99 ${single[297]!.toFixed(1)} ms (300 of them)`)
  console.log(`5,000 bans at once, each a put of its own: ${(await put(bans, 1000, 5000)).toFixed(0)} ms`)
  console.log(`50,000 bans at once, each a put of its own: ${(await put(bans, 10_000, 50_000)).toFixed(0)} ms`)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  console.log(`one more beside 55,300: ${(await put(bans, 80_000, 1)).toFixed(1)} ms`)
  await bans.close({ keep: true })
  const restored = await open(100_000)
  console.log(`restore of 100,000, half of them in the kernel: ${restored.ms.toFixed(0)} ms`)
  await restored.bans.close({ keep: false })
}
