/**
 * What a disk may hold after a power cut: all that was synced, and of the rest any part, 512 bytes at a time. Made from
 * what strace saw a program write.
 */

interface Disk {
  /** What was synced. */
  bytes: Buffer
  /** What was not. */
  readonly pending: { readonly change: Change; readonly at: number }[]
  /** Whether there is such a file, and whether there was when its folder was synced. */
  isThere: boolean
  wasThere: boolean
}

type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'size'; readonly size: number }

export type Call =
  | { readonly kind: 'create' | 'remove'; readonly path: string }
  | { readonly kind: 'change'; readonly path: string; readonly change: Change }
  /** Begun by the call number `since`. */
  | { readonly kind: 'synced'; readonly path: string; readonly since: number }
  | { readonly kind: 'told'; readonly text: string }

/** The calls in the order in which they ended. From `strace -f -y -xx -s 1000000`. */
export function parseTrace(trace: string): Call[] {
  const calls: Call[] = []
  const begun = new Map<string, { readonly text: string; readonly at: number }>()
  for (const line of trace.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, { text: rest.slice(0, -'<unfinished ...>'.length), at: calls.length })
      continue
    }
    const end = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1]
    const start = end === undefined ? { text: rest, at: calls.length } : begun.get(pid)
    const call = start && parseCall(start.text + (end === undefined ? '' : end), start.at)
    if (call) calls.push(call)
  }
  return calls
}

function parseCall(text: string, since: number): Call | undefined {
  const [, name, rest = ''] = /^(\w+)\((.*)\) += \d+/.exec(text) ?? []
  const texts = [...rest.matchAll(/[<"]((?:\\x[0-9a-f]{2})*)[>"]/g)].map(([, hex]) => unhex(hex!))
  const numbers =
    rest
      .replace(/"[^"]*"|<[^>]*>/g, '')
      .match(/-?\d+/g)
      ?.map(Number) ?? []
  const path = texts[0]?.toString() ?? ''
  switch (name) {
    case 'openat':
      return /O_CREAT/.test(rest) ? { kind: 'create', path: texts.at(-1)!.toString() } : undefined
    case 'unlink':
      return { kind: 'remove', path }
    case 'pwrite64':
      return { kind: 'change', path, change: { kind: 'write', offset: numbers.at(-1)!, bytes: texts[1]! } }
    case 'ftruncate':
      return { kind: 'change', path, change: { kind: 'size', size: numbers.at(-1)! } }
    case 'fsync':
    case 'fdatasync':
      return { kind: 'synced', path, since }
    case 'write':
      return numbers[0] === 1 ? { kind: 'told', text: texts[1]!.toString() } : undefined
    default:
      return undefined
  }
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}

/** The files of a folder after a power cut behind the call number `cut`. */
export function afterCut(
  calls: readonly Call[],
  folder: string,
  cut: number,
  chance: () => number,
): Map<string, Buffer> {
  const disks = new Map<string, Disk>()
  for (const [at, call] of calls.slice(0, cut).entries()) {
    if (call.kind === 'told' || !call.path.startsWith(folder)) continue
    if (call.path === folder) {
      for (const disk of disks.values()) disk.wasThere = disk.isThere
      continue
    }
    const disk = disks.get(call.path) ?? { bytes: Buffer.alloc(0), pending: [], isThere: false, wasThere: false }
    disks.set(call.path, disk)
    perform(disk, call, at)
  }
  const left = [...disks].filter(([, { isThere, wasThere }]) => (isThere === wasThere ? isThere : chance() < 0.5))
  return new Map(left.map(([path, disk]) => [path.slice(folder.length + 1), torn(disk, chance)]))
}

function perform(disk: Disk, call: Exclude<Call, { kind: 'told' }>, at: number): void {
  switch (call.kind) {
    case 'create':
    case 'remove':
      disk.isThere = call.kind === 'create'
      return
    case 'change':
      disk.pending.push({ change: call.change, at })
      return
    case 'synced': {
      const done = disk.pending.filter((one) => one.at < call.since)
      disk.bytes = changed(
        disk.bytes,
        done.map(({ change }) => change),
      )
      disk.pending.splice(0, done.length)
      return
    }
    default:
      call satisfies never
  }
}

function changed(bytes: Buffer, changes: readonly Change[]): Buffer {
  const ends = changes.map((change) => (change.kind === 'size' ? change.size : change.offset + change.bytes.length))
  const disk = Buffer.alloc(ends.reduce((most, end) => Math.max(most, end), bytes.length))
  bytes.copy(disk)
  let size = bytes.length
  for (const change of changes) {
    if (change.kind === 'size') {
      disk.fill(0, change.size)
      size = change.size
    } else {
      change.bytes.copy(disk, change.offset)
      size = Math.max(size, change.offset + change.bytes.length)
    }
  }
  return disk.subarray(0, size)
}

const SECTOR = 512

/** How much of what was not synced has come to the disk is chance, and which of it. */
function torn({ bytes, pending }: Disk, chance: () => number): Buffer {
  const reached = chance()
  const all = pending.flatMap(({ change }) => pieces(change))
  return changed(
    bytes,
    all.filter(() => chance() < reached),
  )
}

function pieces(change: Change): Change[] {
  if (change.kind === 'size') return [change]
  const { offset, bytes } = change
  return Array.from({ length: Math.ceil(bytes.length / SECTOR) }, (_, index) => {
    const at = index * SECTOR
    return { kind: 'write', offset: offset + at, bytes: bytes.subarray(at, at + SECTOR) }
  })
}
