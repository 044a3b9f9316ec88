/** A folder of its own with the machine's files and a clock that stands still, and a follower whose lines are text. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Follower } from '../../src/source/follow.ts'
import type { Hands, LogState, Start } from '../../src/source/input.ts'
import type { Position } from '../../src/source/position.ts'
import { type FakeWorld, fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'

export interface Place {
  readonly folder: string
  readonly log: string
  readonly hands: Hands
  readonly time: FakeWorld
  /** A follower of `log`, or of another. */
  follow(start?: Start | Position, log?: string, maxLineBytes?: number): Followed
}

export interface Followed {
  readonly follower: Follower
  readonly states: string[]
  /** What it hands on after a look, until it has nothing more. */
  lines(): string[]
  /** The same as one text. */
  text(): string
}

export const BUFFER = new Uint8Array(1024 * 1024)

/** Runs `act` in a new folder, which is removed after it. */
export async function inPlace(act: (place: Place) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-source-'))
  const time = fakeWorld()
  const hands: Hands = { ...realWorld(), clock: time.clock }
  const log = join(folder, 'a.log')
  const follow: Place['follow'] = (start = 'begin', path = log, maxLineBytes = 65536) => {
    const states: string[] = []
    const onState = (_log: string, state: LogState) => void states.push(printState(state))
    return followed(new Follower(hands, path, { start, onState, maxLineBytes }), states)
  }
  try {
    await act({ folder, log, hands, time, follow })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function printState(state: LogState): string {
  if ('reason' in state) return `${state.kind} ${state.reason.code}`
  return 'how' in state ? `${state.kind} ${state.how}` : state.kind
}

function followed(follower: Follower, states: string[]): Followed {
  const text = () => {
    let all = ''
    follower.look()
    for (;;) {
      const chunk = follower.read(BUFFER)
      if (chunk) all += Buffer.from(chunk.bytes).toString('latin1')
      else if (!follower.busy) return all
    }
  }
  const lines = () => text().split('\n').slice(0, -1)
  return { follower, states, lines, text }
}
