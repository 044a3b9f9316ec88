/** A World in memory. Time stands still until `advance`; `print` tells its whole state, for tests to compare. */
import { Fault } from '../base/fault.ts'
import type { Cancel, Clock, EpochMs } from './clock.ts'
import { sha1 } from './fake-digest.ts'
import type { Files, OpenFile, Stat } from './files.ts'
import type { Exit, OnceOptions, Run } from './run.ts'
import type { World } from './world.ts'

export interface FakeWorld extends World {
  /** Lets time pass; timers act in the order they fall due. */
  advance(ms: number): void
  /** Steps the wall clock alone, as an admin or NTP does. */
  setWall(now: EpochMs): void
  /** Writes a file as another program would: `append` keeps the inode. */
  put(path: string, content: string | Uint8Array, options?: { readonly append?: boolean }): void
  /** What programs answer: the first whose words start the command line. */
  answer(words: string, exit: Partial<Exit>): void
  /** Every program that was run, with its input. */
  readonly ran: readonly { readonly argv: readonly string[]; readonly input: string }[]
  print(): string
}

interface Node {
  bytes: Uint8Array
  readonly inode: number
  mode: number
  modifiedMs: number
}

interface Timer {
  due: number
  readonly act: () => void
  readonly repeat: number | undefined
}

export function fakeWorld(options: { readonly now?: EpochMs; readonly own?: readonly string[] } = {}): FakeWorld {
  const time = fakeClock(options.now ?? Date.UTC(2026, 0, 1))
  const disk = fakeFiles(time.clock)
  const programs = fakeRun()
  // A fixed sequence that covers [0, 1): multiples of the golden ratio.
  let chance = 0
  const next = () => {
    chance = (chance + 0.618033988749895) % 1
    return chance
  }
  return {
    clock: time.clock,
    files: disk.files,
    run: programs.run,
    names: { addresses: async () => [], host: async () => undefined, own: () => options.own ?? ['127.0.0.1', '::1'] },
    chance: { next },
    digest: { sha1, sha512: noSum },
    web: {
      async ask({ url }) {
        throw new Fault('web.unreachable', `the world in memory has no network (${url})`)
      },
    },
    advance: time.advance,
    setWall: time.setWall,
    put: disk.put,
    answer: programs.answer,
    ran: programs.ran,
    print: () => [`now ${new Date(time.clock.now()).toISOString()}`, ...disk.print(), ...programs.print()].join('\n'),
  }
}

/** Nothing in memory is fetched, so there is nothing to sum. */
function noSum(): never {
  throw new Fault('digest.fake', 'the world in memory has no SHA-512')
}

function fakeClock(start: EpochMs) {
  let passed = 0
  let wall = start
  let timers: Timer[] = []
  const add = (ms: number, act: () => void, repeat?: number): Cancel => {
    const timer = { due: passed + ms, act, repeat }
    timers.push(timer)
    return () => {
      timers = timers.filter((other) => other !== timer)
    }
  }
  const clock: Clock = {
    now: () => wall,
    monotonic: () => passed,
    after: (ms, act) => add(ms, act),
    every: (ms, act) => add(ms, act, ms),
  }
  const moveTo = (moment: number) => {
    wall += moment - passed
    passed = moment
  }
  const advance = (ms: number) => {
    const end = passed + ms
    for (;;) {
      const next = timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0]
      if (!next) break
      moveTo(next.due)
      if (next.repeat === undefined) timers = timers.filter((other) => other !== next)
      else next.due += next.repeat
      next.act()
    }
    moveTo(end)
  }
  const setWall = (now: EpochMs) => {
    wall = now
  }
  return { clock, advance, setWall }
}

function fakeFiles(clock: Clock) {
  const nodes = new Map<string, Node>()
  const watches = new Set<{ folder: string; tell: (name: string | undefined) => void }>()
  let inodes = 0

  const changed = (path: string) => {
    const [folder, name] = split(path)
    for (const watch of watches) if (watch.folder === folder) watch.tell(name)
  }
  const put: FakeWorld['put'] = (path, content, { append = false } = {}) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const old = nodes.get(path)
    if (old && append) old.bytes = join(old.bytes, bytes)
    else nodes.set(path, { bytes, inode: ++inodes, mode: 0o644, modifiedMs: clock.now() })
    nodes.get(path)!.modifiedMs = clock.now()
    changed(path)
  }
  const node = (path: string): Node => {
    const found = nodes.get(path)
    if (!found) throw new Fault('file.absent', `${path} does not exist`, { at: { file: path } })
    return found
  }
  const isFolder = (path: string) => [...nodes.keys()].some((other) => other.startsWith(`${path.replace(/\/$/, '')}/`))

  const files: Files = {
    stat(path) {
      const found = nodes.get(path)
      if (found) return statOf(found)
      return isFolder(path)
        ? { ...statOf({ bytes: EMPTY, inode: 0, mode: 0o755, modifiedMs: 0 }), kind: 'folder' }
        : undefined
    },
    read: (path) => node(path).bytes,
    text: (path) => new TextDecoder().decode(node(path).bytes),
    write(path, content, mode) {
      put(path, content)
      node(path).mode = mode
    },
    create: (path, content, mode) => files.write(path, content, mode),
    overwrite(path, content) {
      node(path).bytes = EMPTY
      put(path, content, { append: true })
    },
    append: (path) => ({ write: (content) => put(path, content, { append: true }), sync() {}, close() {} }),
    isWritable: (path) => node(path) !== undefined,
    syncFolder() {},
    list(path) {
      const prefix = `${path.replace(/\/$/, '')}/`
      const inside = [...nodes.keys()].filter((other) => other.startsWith(prefix))
      return [...new Set(inside.map((other) => other.slice(prefix.length).split('/')[0]!))].sort()
    },
    makeFolder() {},
    remove(path) {
      if (nodes.delete(path)) changed(path)
    },
    rename(from, to) {
      nodes.set(to, node(from))
      nodes.delete(from)
      changed(from)
      changed(to)
    },
    link: () => undefined,
    real: (path) => path,
    open(path): OpenFile {
      const file = node(path)
      return {
        path,
        stat: () => statOf(file),
        read(into, offset = 0) {
          const part = file.bytes.subarray(offset, offset + into.length)
          into.set(part)
          return part.length
        },
        close() {},
      }
    },
    async *stream(path) {
      yield node(path).bytes
    },
    gunzip: (packed) => packed,
    watch(folder, tell) {
      const watch = { folder, tell }
      watches.add(watch)
      return () => void watches.delete(watch)
    },
  }
  const print = () =>
    [...nodes].sort().map(([path, { bytes, mode }]) => `file ${path} ${mode.toString(8)} ${bytes.length} bytes`)
  return { files, put, print }
}

function fakeRun() {
  const ran: { argv: readonly string[]; input: string }[] = []
  const answers: { words: string; exit: Exit }[] = []
  const run: Run = {
    async once(argv, options: OnceOptions = {}) {
      ran.push({ argv, input: options.input ?? '' })
      const line = argv.join(' ')
      return answers.find(({ words }) => line.startsWith(words))?.exit ?? { ...DONE, code: 127, err: `no ${argv[0]}` }
    },
    ready: (argv) => ({ waits: true, give: (input) => run.once(argv, { input }) }),
    leave(argv) {
      ran.push({ argv, input: '' })
      return true
    },
    start(argv) {
      throw new Fault('run.fake', `the world in memory starts no lasting program (${argv[0]})`)
    },
  }
  return {
    run,
    ran,
    answer: (words: string, exit: Partial<Exit>) => void answers.unshift({ words, exit: { ...DONE, ...exit } }),
    print: () => ran.map(({ argv, input }) => `ran ${argv.join(' ')}${input && ` <<< ${JSON.stringify(input)}`}`),
  }
}

const EMPTY = new Uint8Array()
const DONE: Exit = { code: 0, out: '', err: '', timedOut: false }

function statOf(node: Node): Stat {
  const { bytes, inode, mode, modifiedMs } = node
  return { kind: 'file', size: bytes.length, device: 1, inode, owner: 0, group: 0, mode, links: 1, modifiedMs }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function split(path: string): [string, string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, slash) || '/', path.slice(slash + 1)]
}
