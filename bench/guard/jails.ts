/** CPU for a line of four nginx jails over two logs, in the guard and in Fail2ban, with the same filters. */
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Guarding } from '../../test/lab/guarding.ts'
import { Host } from '../../test/lab/host.ts'
import { ROOT, sleep, until } from '../../test/lab/lab.ts'
import type { Progress } from './measured.ts'
import { cpu } from './processes.ts'
import type { Row } from './row.ts'
import { attacked, errors } from './traffic.ts'

/** Lines of each log in one block. */
const BLOCK = 100_000
/** Blocks of the shorter of two runs; the longer one has twice as many. */
const BLOCKS = { rampart: 10, fail2ban: 1 } as const

const JAILS = {
  'nginx-botsearch': 'access',
  'nginx-bad-request': 'access',
  'nginx-http-auth': 'error',
  'nginx-limit-req': 'error',
}
const INSTALLED = '/etc/fail2ban'

export async function jails(progress: Progress): Promise<Row[]> {
  if (!existsSync(join(INSTALLED, 'filter.d/nginx-http-auth.conf'))) return []
  const rows: Row[] = []
  for (const [share, atLeast] of [
    [0.02, 150],
    [0.2, 80],
  ] as const) {
    const block = [attacked(BLOCK, 0.02), errors(BLOCK, share)]
    const theirs = await perLine('fail2ban', block, progress)
    const ours = await perLine('rampart', block, progress)
    for (const jail of Object.keys(JAILS)) {
      if (ours.failures[jail] !== theirs.failures[jail]) {
        throw new Error(`${jail}: ${ours.failures[jail]} failures a block, Fail2ban ${theirs.failures[jail]}`)
      }
    }
    const what = `a line of four nginx jails over two logs, 2 % and ${share * 100} % attacks`
    rows.push({ what, unit: 'µs CPU', rampart: ours.us, fail2ban: theirs.us, atMost: theirs.us / atLeast })
  }
  return rows
}

interface Measured {
  /** Microseconds of CPU for a line, without what a start or a first compilation costs. */
  readonly us: number
  /** Of each jail, in one block. */
  readonly failures: Readonly<Record<string, number>>
}

/** The difference of two runs, one twice as long as the other: only what a line costs is left. */
async function perLine(name: keyof typeof BLOCKS, block: readonly Buffer[], progress: Progress): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-jails-'))
  // As under /var/log: the reader, which has no privileges, opens them itself.
  chmodSync(folder, 0o755)
  const host = await Host.make('true')
  try {
    const program = await (name === 'rampart' ? guard : fail2ban)(host, folder)
    const run = async (blocks: number) => {
      progress(`${name}: ${blocks * block.length * BLOCK} lines for four jails`)
      const before = cpu(program.pid)
      const counted = await program.failures()
      for (let i = 0; i < blocks; i++)
        for (const [at, log] of LOGS.entries()) appendFileSync(join(folder, log), block[at]!)
      const failures = await settled(program)
      const each = Object.entries(failures).map(([jail, all]) => [jail, (all - counted[jail]!) / blocks] as const)
      return { seconds: cpu(program.pid) - before, failures: Object.fromEntries(each) }
    }
    // The first lines are for V8 to compile what is hot.
    await run(1)
    const short = await run(BLOCKS[name])
    const long = await run(2 * BLOCKS[name])
    const lines = BLOCKS[name] * block.length * BLOCK
    return { us: ((long.seconds - short.seconds) / lines) * 1e6, failures: long.failures }
  } finally {
    await host.close()
    rmSync(folder, { recursive: true })
  }
}

const LOGS = ['access.log', 'error.log']
/** Counts that stay the same for so long are final. */
const SETTLED_MS = 3000

interface Program {
  readonly pid: number
  failures(): Promise<Record<string, number>>
}

async function settled(program: Program): Promise<Record<string, number>> {
  let last = ''
  for (let since = performance.now(); performance.now() - since < SETTLED_MS; await sleep(300)) {
    const failures = await program.failures()
    if (JSON.stringify(failures) !== last) since = performance.now()
    last = JSON.stringify(failures)
  }
  return JSON.parse(last)
}

async function guard(host: Host, folder: string): Promise<Program> {
  const config = configure(folder)
  const socket = join(folder, 'rampart.sock')
  const words = ['up', '--config', config, '--state', join(folder, 'state'), '--socket', socket]
  const { process } = await Guarding.start(host, [join(ROOT, 'bin/rampart'), ...words])
  return {
    pid: process.pid!,
    async failures() {
      const { jails } = JSON.parse(
        await host.must([join(ROOT, 'bin/rampart'), 'status', '--json', '--socket', socket]),
      ) as { jails: { name: string; failedTotal: number }[] }
      return Object.fromEntries(jails.map(({ name, failedTotal }) => [name, failedTotal]))
    },
  }
}

async function fail2ban(host: Host, folder: string): Promise<Program> {
  const config = configure(folder)
  cpSync(join(INSTALLED, 'jail.conf'), join(config, 'jail.conf'))
  cpSync(join(INSTALLED, 'fail2ban.conf'), join(config, 'fail2ban.conf'))
  for (const name of ['debian', 'common']) {
    cpSync(join(INSTALLED, `paths-${name}.conf`), join(config, `paths-${name}.conf`))
  }
  cpSync(join(INSTALLED, 'action.d'), join(config, 'action.d'), { recursive: true })
  const log = join(folder, 'fail2ban.log')
  writeFileSync(join(config, 'fail2ban.local'), `[Definition]\nloglevel = ERROR\nlogtarget = ${log}\ndbfile = None\n`)
  const client = ['/usr/bin/fail2ban-client', '-c', config, '-s', join(folder, 'socket'), '-p', join(folder, 'pid')]
  const server = host.start(['/usr/bin/fail2ban-server', '-f', ...client.slice(1), 'start'])
  await until('Fail2ban answers', async () => (await host.run([...client, 'ping'])).code === 0, 30_000)
  return {
    pid: server.pid!,
    async failures() {
      const each = Object.keys(JAILS).map(async (jail) => {
        const text = await host.must([...client, 'status', jail])
        return [jail, Number(/Total failed:\s*(\d+)/.exec(text)![1])] as const
      })
      return Object.fromEntries(await Promise.all(each))
    },
  }
}

/** The installed filters, and the jails: nobody is banned, so that only the lines cost. */
function configure(folder: string): string {
  const config = join(folder, 'conf')
  mkdirSync(config)
  cpSync(join(INSTALLED, 'filter.d'), join(config, 'filter.d'), { recursive: true })
  for (const log of LOGS) writeFileSync(join(folder, log), '')
  const sections = Object.entries(JAILS).map(
    ([jail, log]) =>
      `[${jail}]\nenabled = true\nlogpath = ${join(folder, log)}.log\nbackend = auto\nmaxretry = 1000000\n`,
  )
  writeFileSync(join(config, 'jail.local'), `[DEFAULT]\nfindtime = 1d\nbanaction = nftables\n${sections.join('')}`)
  return config
}
