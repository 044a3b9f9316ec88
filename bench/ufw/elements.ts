/** A million addresses in one list: how long until the kernel has them, and the memory that it takes meanwhile. */
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
      if (!/^ {2}list\b/m.test(await firewall.host.must([join(ROOT, 'bin/rampart'), '--help']))) {
        progress('there are no lists yet')
        return []
      }
      const added = await run(firewall, [join(ROOT, 'bin/rampart'), 'list', 'add', NAME, file])
      const denied = await run(firewall, [firewall.program, 'deny', 'from', `list:${NAME}`])
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
      ]
    })
  } finally {
    rmSync(file, { force: true })
  }
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
