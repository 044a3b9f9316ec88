/** Folders and histories for the tests of the store: real files, removed afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseNetwork } from '../../src/base/address.ts'
import type { Ban } from '../../src/jail/ban.ts'
import { type History, type HistoryOptions, type Notice, openHistory } from '../../src/store/history.ts'
import { realWorld } from '../../src/world/real.ts'

export const world = realWorld()

/** A moment in the middle of an hour. */
export const NOON = Date.UTC(2026, 0, 1, 12, 30)

/** Runs the test in a folder of its own; timers of the clock alone would not keep the process alive for it. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const parent = mkdtempSync(join(tmpdir(), 'rampart-store-'))
  const alive = setInterval(() => {}, 1000)
  try {
    await test(join(parent, 'history'))
  } finally {
    clearInterval(alive)
    rmSync(parent, { recursive: true })
  }
}

export interface Opened {
  readonly history: History
  readonly notices: readonly Notice[]
}

export async function open(folder: string, options: Partial<HistoryOptions> = {}): Promise<Opened> {
  const notices: Notice[] = []
  const onNotice = (notice: Notice) => void notices.push(notice)
  const { clock, files } = world
  const history = await openHistory({ folder, clock, files, pid: process.pid, onNotice, ...options })
  return { history, notices }
}

export function ban(address: string, rest: Partial<Ban> = {}): Ban {
  return {
    jail: 'sshd',
    network: parseNetwork(address)!,
    from: NOON,
    until: NOON + 600_000,
    failures: 5,
    count: 1,
    matches: [],
    origin: 'filter',
    ...rest,
  }
}

export async function gather<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const batch of batches) all.push(...batch)
  return all
}

/** The text of bans, for comparing: `jail address from-until`, times relative to NOON in seconds. */
export function told(bans: readonly Ban[]): string[] {
  return bans.map(({ jail, network, from, until }) => {
    const end = until === undefined ? 'ever' : (until - NOON) / 1000
    return `${jail} ${network.family}/${network.prefix}/${network.bits.toString(16)} ${(from - NOON) / 1000}-${end}`
  })
}
