import { join } from 'node:path'
import { networkOf } from '../../src/base/address.ts'
import { openHistory } from '../../src/store/history.ts'
import { realWorld } from '../../src/world/real.ts'
import { ended } from '../../test/lab/host.ts'
import { Lab, ROOT, sleep } from '../../test/lab/lab.ts'
import { elements, now } from './elements.ts'
import type { Progress } from './measured.ts'
import { cpu, memory } from './processes.ts'
import type { Row } from './row.ts'
import { FIRST_PROBE_BANS, ownRuntime } from './subject.ts'

const JAIL = 'nginx-botsearch'
const DEED_BANS = 5000
const LOOK_MS = 100
/** 512 MB. */
const MOST_MIB = 488
const DAY_MS = 86_400_000

/** A host starts whose kernel has forgotten all: until it has every ban again. Then the guard is killed and started anew. */
export async function restart(progress: Progress): Promise<Row[]> {
  const rows: Row[] = []
  for (const [count, reboot, most] of [
    [10_000, 2, undefined],
    [1_000_000, 20, MOST_MIB],
  ] as const) {
    const taken = await restarted(count, progress)
    const what = `reboot with ${count} bans: until the kernel has all`
    rows.push({ what, unit: 's', rampart: taken.rebooted, atMost: reboot })
    rows.push({ what: '  the same', unit: 's CPU', rampart: taken.cpu })
    rows.push({ what: '  memory at most (PSS)', unit: 'MiB', rampart: taken.most, ...(most && { atMost: most }) })
    rows.push({
      what: `restart with ${count} bans in the kernel: until it says so`,
      unit: 's',
      rampart: taken.restarted,
    })
  }
  return rows
}

async function restarted(count: number, progress: Progress) {
  const lab = await Lab.open(FIRST_PROBE_BANS)
  try {
    await ownRuntime(lab)
    await lab.nginx()
    progress(`${count} bans are written`)
    await fill(join(lab.folder, 'state'), count)
    const watch = await elements(lab.server)
    progress(`${count} bans are restored`)
    let began = now()
    const guard = begin(lab)
    let most = 0
    const looking = setInterval(() => {
      most = Math.max(most, memory(guard.pid!))
    }, LOOK_MS)
    const rebooted = ((await watch.crowd(count, 300_000)) - began) / 1000
    const used = cpu(guard.pid!)
    await sleep(2000)
    clearInterval(looking)
    guard.kill('SIGKILL')
    await ended(guard)
    began = now()
    begin(lab)
    while (!(await isBack(lab, count))) await sleep(LOOK_MS)
    return { rebooted, cpu: used, most, restarted: (now() - began) / 1000 }
  } finally {
    await lab.close()
  }
}

function begin(lab: Lab) {
  const child = lab.server.start([join(ROOT, 'bin/rampart'), 'up'])
  for (const stream of [child.stdout!, child.stderr!]) stream.resume()
  return child
}

/** While it begins there is nobody to ask. */
async function isBack(lab: Lab, count: number): Promise<boolean> {
  const { code, out } = await lab.rampart('status', '--json')
  if (code !== 0) return false
  const { banned, pending } = JSON.parse(out)
  return banned >= count && pending === 0
}

/** The history of a guard that has banned so many, each for a day. */
async function fill(folder: string, count: number): Promise<void> {
  const { clock, files } = realWorld()
  const history = await openHistory({ folder, clock, files, pid: process.pid })
  // Writing by itself keeps no process alive.
  const alive = setInterval(() => {}, DAY_MS)
  const from = clock.now() - 60_000
  for (let first = 0; first < count; first += DEED_BANS) {
    const bans = Array.from({ length: DEED_BANS }, (_, i) => ({
      jail: JAIL,
      network: networkOf(4, BigInt(0x0b000000 + first + i), 32),
      from,
      until: from + DAY_MS,
      failures: 1,
      count: 1,
      matches: ['GET /wp-login.php'],
      origin: 'filter' as const,
    }))
    await history.save({ bans })
  }
  await history.close()
  clearInterval(alive)
}
