/**
 * Runs a kernel test file in a network namespace of its own: the file starts itself again under `unshare -n` (as an
 * ordinary user: with a user namespace), so that the machine's firewall is never touched.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'

/** `root`, or `user` in a user namespace, where a socket's buffer takes some 3,000 elements. */
export const INSIDE = 'RAMPART_TEST_NAMESPACE'

/** Registers `tests` when inside; else runs this file inside and shows its result as one test. */
export function inNamespace(file: string, tests: () => void): void {
  if (process.env[INSIDE]) {
    tests()
    return
  }
  const unshare = process.getuid?.() === 0 ? ['-n'] : ['-Urn']
  const possible = spawnSync('unshare', [...unshare, 'sh', '-c', 'nft list ruleset && ip link set lo up'], {
    encoding: 'utf8',
  })
  const reason = `no private network namespace with nft and ip: ${possible.stderr?.trim() || possible.error?.message}`
  test('in a private network namespace', { skip: possible.status === 0 ? false : reason }, () => {
    const env: NodeJS.ProcessEnv = { ...process.env, [INSIDE]: unshare[0] === '-n' ? 'root' : 'user' }
    delete env['NODE_TEST_CONTEXT']
    const result = spawnSync(
      'unshare',
      [
        ...unshare,
        'sh',
        '-c',
        'ip link set lo up && exec "$0" "$@"',
        process.execPath,
        '--test-force-exit',
        '--test-reporter=spec',
        file,
      ],
      { encoding: 'utf8', env, timeout: 120_000 },
    )
    if (result.status !== 0) throw new Error(`${result.stdout}\n${result.stderr}`)
  })
}

export function run(...argv: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}

export interface Neighbour {
  /** The words before a program that is to run there. */
  readonly enter: readonly string[]
  /** Runs a program there and gives its output. */
  run(...argv: readonly string[]): string
  /** Starts a program there that reads lines and answers each with a line. */
  talk(script: string): { ask(line: string): Promise<string>; end(): void }
  end(): void
}

/** A second namespace, joined to this one by a cable (veth `here` - `there`); addresses with their prefix. */
export async function neighbour(
  name: string,
  here: readonly string[],
  there: readonly string[],
  gateways: readonly string[] = [],
): Promise<Neighbour> {
  const holder = spawn('unshare', ['-n', 'sh', '-c', 'echo ready; exec sleep 300'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => holder.stdout!.once('data', resolve))
  const enter = ['nsenter', '-t', String(holder.pid), '-n']
  const setUp = (prefix: readonly string[], device: string, addresses: readonly string[]) => {
    for (const address of addresses) {
      run(...prefix, 'ip', 'addr', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []))
    }
    // No waiting for duplicate addresses: there are none.
    run(...prefix, 'sysctl', '-qw', `net.ipv6.conf.${device}.accept_dad=0`)
    run(...prefix, 'ip', 'link', 'set', device, 'up')
  }
  run('ip', 'link', 'add', `${name}0`, 'type', 'veth', 'peer', 'name', `${name}1`, 'netns', String(holder.pid))
  setUp([], `${name}0`, here)
  setUp(enter, `${name}1`, there)
  run(...enter, 'ip', 'link', 'set', 'lo', 'up')
  for (const gateway of gateways) {
    run(...enter, 'ip', gateway.includes(':') ? '-6' : '-4', 'route', 'add', 'default', 'via', gateway)
  }
  const children: ChildProcess[] = [holder]
  return {
    enter,
    run: (...argv) => run(...enter, ...argv),
    talk(script) {
      const child = spawn(enter[0]!, [...enter.slice(1), process.execPath, '-e', script], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      children.push(child)
      const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
      return {
        async ask(line) {
          child.stdin!.write(`${line}\n`)
          return (await lines.next()).value ?? 'ended'
        },
        end: () => void child.kill('SIGKILL'),
      }
    },
    end() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** For `talk`: `connect FROM TO PORT` opens (and keeps) a connection, `say` sends on it and waits for the echo. */
export const CLIENT = `
const net = require('node:net')
let socket
const answer = (text) => process.stdout.write(text + '\\n')
const wait = (events, ms) => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms, 'silence')
  for (const event of events) socket.once(event, (value) => {
    clearTimeout(timer)
    resolve(event === 'error' ? value.code : event === 'data' ? 'echo' : event)
  })
})
require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  const [verb, from, to, port] = line.split(' ')
  if (verb === 'connect') {
    if (socket) { socket.removeAllListeners(); socket.on('error', () => {}); socket.destroy() }
    socket = net.connect({ host: to, port: Number(port), localAddress: from })
    answer(await wait(['connect', 'error'], 400))
  } else {
    socket.removeAllListeners()
    socket.write('x')
    answer(await wait(['data', 'error', 'close'], 500))
  }
})
`
