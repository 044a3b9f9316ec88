/** A million addresses in one list: how long until the kernel has them, the memory that it takes meanwhile, and what a change costs then. */
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../test/lab/lab.ts'
import type { Progress } from '../guard/measured.ts'
import { memory } from '../guard/processes.ts'
import type { Row } from '../guard/row.ts'
import { address, type Firewall, walled } from './firewall.ts'

const ELEMENTS = 1_000_000
const NAME = 'bench'
const LOOK_MS = 50

/** UFW has nothing like it: as rules they would take it days. */
export async function elements(progress: Progress): Promise<Row[]> {
  const file = join(tmpdir(), `rampart-bench-${process.pid}.list`)
  try {
    writeFileSync(file, Array.from({ length: ELEMENTS }, (_, at) => `${address(at)}\n`).join(''))
    return await walled('rampart', 0, async (firewall) => {
      progress(`${ELEMENTS} elements`)
      const list = [join(ROOT, 'bin/rampart'), 'list', 'add', NAME]
      const added = await run(firewall, [...list, file])
      const denied = await run(firewall, [firewall.program, 'deny', 'from', `list:${NAME}`])
      await check(firewall)
      const reloaded = await run(firewall, [firewall.program, 'reload'])
      writeFileSync(file, `${address(0)}\n${address(ELEMENTS)}\n`)
      const appended = await run(firewall, [...list, '--append', file])
      writeFileSync(file, mixed())
      const replaced = await run(firewall, [...list, file])
      const what = `a list of ${ELEMENTS.toLocaleString('en')} addresses`
      return [
        {
          what: `${what}, until the kernel denies all of them`,
          unit: 's',
          rampart: added.seconds + denied.seconds,
          atMost: 10,
        },
        {
          what: `${what}: memory at most, all processes (PSS)`,
          unit: 'MiB',
          rampart: Math.max(added.most, denied.most),
          // 150 MB.
          atMost: 143,
        },
        { what: `${what}: ufw reload while it is in force`, unit: 's', rampart: reloaded.seconds },
        { what: `${what}: one address more`, unit: 's', rampart: appended.seconds },
        {
          what: `${what}: another of hosts, networks of 11 lengths and IPv6 in its place`,
          unit: 's',
          rampart: replaced.seconds,
          atMost: 10,
        },
        {
          what: `${what}: memory at most while it is replaced`,
          unit: 'MiB',
          rampart: replaced.most,
          atMost: 143,
        },
      ]
    })
  } finally {
    rmSync(file, { force: true })
  }
}

/** @throws where the kernel has not all of it */
async function check({ host }: Firewall): Promise<void> {
  const rule = await host.must(['sh', '-c', 'nft -t list ruleset inet | grep -o "@list-[0-9a-f]*-4-32"'])
  const set = rule.trim().split('\n')[0]!.slice(1)
  for (const at of [0, ELEMENTS >> 1, ELEMENTS - 1]) {
    const { code, err } = await host.run(['nft', `create element inet rampart ${set} { ${address(at)} }`])
    if (code === 0 || !err.includes('File exists')) throw new Error(`${address(at)} is not denied: ${err}`)
  }
}

/** As many, of both families: 6 of 10 hosts, 1 of 10 networks, 3 of 10 of IPv6. */
function mixed(): string {
  const octet = (at: number, by: number) => (Math.imul(at, by) >>> 11) & 255
  const line = (at: number) => {
    const four = `${1 + (at % 200)}.${octet(at, 0x9e3779b1)}.${octet(at, 0x85ebca6b)}`
    if (at % 10 < 6) return `${four}.${at & 255}`
    if (at % 10 < 7) return `${four}.0/${20 + (at % 11)}`
    return `2001:db8:${(at >> 8).toString(16)}:${octet(at, 0xc2b2ae35).toString(16)}::${(at & 0xffff).toString(16)}`
  }
  return Array.from({ length: ELEMENTS }, (_, at) => `${line(at)}\n`).join('')
}

async function run({ host }: Firewall, words: readonly string[]) {
  const began = performance.now()
  const child = host.start(words)
  let [most, said] = [0, '']
  const watch = setInterval(() => {
    most = Math.max(most, weigh(child.pid!))
  }, LOOK_MS)
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (bytes) => {
      said += bytes
    })
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearInterval(watch)
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${said}`)
  return { seconds: (performance.now() - began) / 1000, most }
}

/** 0 where it ends just now. */
function weigh(pid: number): number {
  try {
    return memory(pid)
  } catch {
    return 0
  }
}
