/** The machine's other programs. */
import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type SpawnOptions,
  spawn,
  spawnSync,
} from 'node:child_process'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import type { Child, Exit, OnceOptions, Ready, Run, StartOptions } from './run.ts'

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_MAX_OUTPUT_BYTES = 1024 * 1024
/** What was killed may hang in the kernel, or have left its output to a program of another group: it is waited for no longer. */
const KILLED_MS = 500
/** What a program wrote before it ended is read within this time, though something that it left behind holds its output open. */
const LEFT_MS = 100

export function realRun(): Run {
  let found: readonly string[] | undefined
  const leash = () => {
    found ??= findLeash()
    return found
  }
  return {
    once: (argv, options = {}) => once(options.leashed ? [...leash(), ...argv] : argv, options),
    ready,
    leave,
    start: (argv, options) => start(options?.outlives ? argv : [...leash(), ...argv], options),
  }
}

/**
 * A program that stays, or takes long, must not outlive this one, not even when this one is killed and can end nothing: `nft monitor`
 * would notice a closed pipe only when it next has something to say. Where there is no util-linux, it is left at that.
 */
function findLeash(): readonly string[] {
  const leash = ['setpriv', '--pdeathsig', 'TERM']
  const works = spawnSync(leash[0]!, [...leash.slice(1), 'true'], { env: environment(), stdio: 'ignore' }).status === 0
  return works ? leash : []
}

function leave(argv: readonly string[]): boolean {
  try {
    const child = spawn(argv[0]!, argv.slice(1), { detached: true, stdio: 'ignore', env: environment(), cwd: '/' })
    child.on('error', () => {}) // It has no number then.
    child.unref()
    return child.pid !== undefined
  } catch {
    return false
  }
}

function once(argv: readonly string[], { input = '', ...options }: OnceOptions = {}): Promise<Exit> {
  return ready(argv, options).give(input)
}

function ready(argv: readonly string[], options: Omit<OnceOptions, 'input'> = {}): Ready {
  // A group of its own, so that what it forked dies with it.
  const cwd = options.folder === undefined ? {} : { cwd: options.folder }
  const stdio = ['pipe', 'pipe', 'pipe'] as const
  const child = launch(argv, { detached: true, stdio: [...stdio], env: environment(options.env), ...cwd })
  if (child instanceof Error) {
    const exit = { code: NOT_STARTED, out: '', err: child.message, timedOut: false, notStarted: true } as const
    return { waits: false, give: async () => exit }
  }
  const { stdin, stdout, stderr } = child as ChildProcessWithoutNullStreams
  const max = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES
  const out = gather(stdout, max)
  const err = gather(stderr, max)
  let ending: { readonly code: number; readonly problem: string } | undefined
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const end = (code: number, problem = '') => {
    ending ??= { code, problem }
    resolve()
  }
  child.on('error', (error) => end(NOT_STARTED, error.message))
  child.on('close', (code, signal) => end(codeOf(code, signal)))
  stdin.on('error', () => {}) // It ended without reading all: its exit code says whether that matters.
  const handles = [child, stdin, stdout, stderr] as unknown as readonly Socket[]
  for (const handle of handles) handle.unref()
  const abandon = (code: number) => {
    for (const handle of handles) handle.unref()
    for (const stream of [stdin, stdout, stderr]) stream.destroy()
    end(code)
  }
  if (options.mayLeave) {
    child.on('exit', (code, signal) => void setTimeout(() => abandon(codeOf(code, signal)), LEFT_MS).unref())
  }
  return {
    get waits() {
      return ending === undefined
    },
    async give(input, timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS) {
      for (const handle of handles) handle.ref()
      let timedOut = false
      const kill = () => {
        clearTimeout(timer)
        signalGroup(child, 'SIGKILL')
        timer = setTimeout(() => abandon(KILLED), KILLED_MS)
      }
      let timer = setTimeout(() => {
        timedOut = true
        if (options.askMs === undefined) return kill()
        signalGroup(child, 'SIGTERM')
        timer = setTimeout(kill, options.askMs)
      }, timeoutMs)
      options.cut?.addEventListener('abort', kill)
      stdin.end(input)
      await ended
      clearTimeout(timer)
      options.cut?.removeEventListener('abort', kill)
      // It may have ended in time while what it started did not.
      if (timedOut && options.askMs !== undefined) signalGroup(child, 'SIGKILL')
      return { code: ending!.code, out: out(), err: err() + ending!.problem, timedOut }
    },
  }
}

function start(argv: readonly string[], options: StartOptions = {}): Child {
  const stdio = ['pipe', options.onOut ? 'pipe' : 'ignore', options.onErr ? 'pipe' : 'inherit'] as const
  const apart = options.outlives ? { detached: true, cwd: '/' } : {}
  const child = launch(argv, { stdio: [...stdio], env: environment(options.env), ...apart })
  if (child instanceof Error) return NO_CHILD
  const input = child.stdin!
  if (options.outlives) for (const handle of [child, ...child.stdio] as (Socket | null)[]) handle?.unref()
  input.on('error', () => {}) // `ended` tells of it.
  if (options.onOut) child.stdout?.on('data', options.onOut)
  if (options.onErr) child.stderr?.on('data', options.onErr)
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(NOT_STARTED))
    child.on('close', (code, signal) => resolve(codeOf(code, signal)))
  })
  return {
    pid: child.pid,
    write: (bytes) => input.write(bytes),
    drained: () =>
      Promise.race([new Promise<void>((resolve) => void input.once('drain', resolve)), ended.then(() => {})]),
    endInput: () => void input.end(),
    kill: (signal) => void child.kill(signal),
    pause: () => void child.stdout?.pause(),
    resume: () => void child.stdout?.resume(),
    ended,
  }
}

/** Where memory or descriptors run out, spawn throws, or gives a child without pipes. */
function launch(argv: readonly string[], options: SpawnOptions): ChildProcess | Error {
  try {
    const child = spawn(argv[0]!, argv.slice(1), options)
    if (child.stdin) return child
    child.on('error', () => {})
    return new Error(`${argv[0]} cannot be started: EMFILE, too many open files`)
  } catch (thrown) {
    return thrown as Error
  }
}

/** As a shell says it. */
const NOT_STARTED = 127
/** SIGKILL's number, which is the same everywhere: to ask `node:os` for it takes 0.6 ms of every command's start. */
const KILLED = 128 + 9

const NO_CHILD: Child = {
  pid: undefined,
  write: () => true,
  drained: async () => {},
  endInput: () => {},
  kill: () => {},
  pause: () => {},
  resume: () => {},
  ended: Promise.resolve(NOT_STARTED),
}

/**
 * Children get a short, known environment: nothing of the caller's shell reaches a program that runs as root, but for the
 * time zone, since the reader must mean by a local time what we do. A file elsewhere than
 * the zones' own is none: root would read it.
 */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const zone = process.env['TZ']
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C.UTF-8',
    ...(zone !== undefined && /^[\w<>+,./:-]{0,64}$/.test(zone) && !/^:?\/(?!usr\/share\/zoneinfo\/)|\.\./.test(zone)
      ? { TZ: zone }
      : {}),
    ...extra,
  }
}

function gather(stream: NodeJS.ReadableStream, max: number): () => string {
  const parts: Uint8Array[] = []
  let size = 0
  stream.on('data', (bytes: Buffer) => {
    if (size < max) parts.push(bytes.subarray(0, max - size))
    size += bytes.length
  })
  return () => Buffer.concat(parts).toString('utf8')
}

function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    child.kill(signal) // The group has ended already, or was never made.
  }
}

function codeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0)
}
