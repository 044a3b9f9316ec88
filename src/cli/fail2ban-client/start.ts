/** `start`, `stop` and `restart`: a server of its own, in the background, that is waited for until it guards, or has ended. */
import { asFault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { checkPath } from '../../control/socket-path.ts'
import type { World } from '../../world/world.ts'
import { printFault } from '../print.ts'
import { complainTo } from './complain.ts'
import type { Client } from './instance.ts'
import { answers, send } from './send.ts'

const PING_MS = 10_000
const LOOK_MS = 20
/** A server that stops undoes what its scripts did. */
const STOP_MS = 20_000

/** @returns whether it runs now, and was not there before */
export async function start(client: Client): Promise<boolean> {
  const { setting, socket, options } = client
  const { world, terminal } = setting
  const complain = complainTo(setting)
  try {
    checkPath(socket)
  } catch (thrown) {
    complain(`Could not start server: ${printFault(asFault(thrown, 'cli.failed')).trimEnd()}`)
    return false
  }
  if (await answers(socket, PING_MS)) {
    complain('Server already running')
    return false
  }
  if (isThere(world, socket)) {
    if (!options.force) {
      complain('Fail2ban seems to be in unexpected state (not running but the socket exists)')
      return false
    }
    world.files.remove(socket)
  }
  if (options.foreground) {
    const { serve } = await import('../fail2ban-server/serve.ts')
    return serve(client)
  }
  const said: Uint8Array[] = []
  const child = world.run.start(serverCommand(client), { outlives: true, onErr: (bytes) => void said.push(bytes) })
  let code: number | undefined
  void child.ended.then((ended) => {
    code = ended
  })
  const runs = options.async || (await appears(client, () => code === undefined))
  for (const line of new TextDecoder().decode(Buffer.concat(said)).split('\n')) {
    if (line !== '') terminal.err(`${printable(line)}\n`)
  }
  if (runs) terminal.out('Server ready\n')
  else complain(code === undefined ? 'Could not start server: it does not answer in time' : 'Could not start server')
  return runs
}

/** The one that runs ends, if there is one; then one starts. */
export async function restart(client: Client): Promise<boolean> {
  const { setting, options } = client
  const step = (name: string) => {
    if (options.interactive) setting.terminal.out(`  ## ${name} ... \n`)
  }
  step('stop')
  await stop(client)
  step('load configuration')
  step('start')
  return start(client)
}

/** @returns whether one ran: it has ended then */
export async function stop({ setting, socket, pidfile }: Client): Promise<boolean> {
  const { world } = setting
  const pid = pidOf(world, pidfile)
  const done = await send({ setting, socket, timeoutMs: 0 }, ['stop'])
  const until = world.clock.monotonic() + STOP_MS
  const isEnding = () => isThere(world, socket) || (pid !== undefined && isAlive(world, pid))
  while (done && isEnding() && world.clock.monotonic() < until) await pause(world)
  return done
}

/** Answers as soon as it guards. */
async function appears({ setting: { world }, socket, timeoutMs }: Client, lives: () => boolean): Promise<boolean> {
  const until = world.clock.monotonic() + timeoutMs
  do {
    await pause(world)
    if (isThere(world, socket) && (await answers(socket, PING_MS))) return true
  } while (lives() && world.clock.monotonic() < until)
  return false
}

/** The same options, of a server in the foreground of its own. */
function serverCommand({ setting, options, socket, pidfile }: Client): readonly string[] {
  const { folder, pname, server } = options
  const given = { conf: folder, pname, ...server, socket, pidfile }
  const words = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
  return [`${setting.programs ?? '/usr/bin'}/fail2ban-server`, ...words, '-f', 'start']
}

function pidOf({ files }: World, pidfile: string): string | undefined {
  try {
    return /^\d+/.exec(files.text(pidfile, 64))?.[0]
  } catch {
    return undefined
  }
}

/** One that nobody has asked how it ended is a process still, but has ended. */
function isAlive({ files }: World, pid: string): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(files.text(`/proc/${pid}/stat`))
  } catch {
    return false
  }
}

function isThere({ files }: World, path: string): boolean {
  try {
    return files.stat(path, { follow: false }) !== undefined
  } catch {
    return false
  }
}

function pause({ clock }: World): Promise<void> {
  return new Promise((resolve) => void clock.after(LOOK_MS, resolve))
}
