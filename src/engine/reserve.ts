/**
 * File descriptors put by for the day when there are no others: without one the control socket takes no call, and nobody
 * could be told what is wrong. They are let go when a descriptor cannot be had, and taken again when there are enough.
 * Taken first of all they have low numbers, so that they help under a limit that is lowered later, too.
 */
import { asFault, Fault } from '../base/fault.ts'
import type { Cancel, Clock } from '../world/clock.ts'
import type { Files, OpenFile } from '../world/files.ts'

export const NO_DESCRIPTORS = new Fault(
  'host.descriptors',
  'too many files are open: bans and logs wait until there are fewer',
  { hint: 'raise the limit of the guard (LimitNOFILE=, ulimit -n)' },
)

/** As many callers can be answered at once then. Programs that are started need more: they wait. */
const RESERVE = 4
const LOOK_MS = 1000

interface Hands {
  readonly files: Files
  readonly clock: Clock
}

/** @param onChange told when descriptors have run out, and when they can be had again */
export function descriptorReserve({ files, clock }: Hands, onChange: (isShort: boolean) => void): Cancel {
  let reserve: readonly OpenFile[] = []
  let isShort = true
  const put = (isNowShort: boolean, held: readonly OpenFile[]) => {
    for (const one of reserve) one.close()
    reserve = held
    if (isShort === isNowShort) return
    isShort = isNowShort
    onChange(isShort)
  }
  const look = () => {
    const taken = take(files, isShort ? 1 + RESERVE : 1)
    if (!taken) return
    const [first, ...others] = taken
    first?.close()
    if (!first) put(true, [])
    else if (isShort) put(false, others)
  }
  look()
  const cancel = clock.every(LOOK_MS, look)
  return () => {
    cancel()
    put(isShort, [])
  }
}

/** What a time limit for expressions opens while it holds (Node 24, measured: 5); without them the process is aborted. */
const LIMIT_NEEDS = 6
const ROOM_MS = 200

/** Looking costs 20 us, of which a thousand lines a second that come one by one shall not have 2 % of a core. */
const LOOK_AGAIN_MS = 100

/** @returns what resolves when lines can be matched under a time limit: mostly at once, and then it is no promise */
export function roomToMatch({ files, clock }: Hands): () => Promise<void> | undefined {
  let looked = Number.NEGATIVE_INFINITY
  const hasRoom = () => {
    const taken = take(files, LIMIT_NEEDS)
    for (const one of taken ?? []) one.close()
    looked = clock.monotonic()
    return taken?.length !== 0
  }
  const wait = async () => {
    do await new Promise<void>((resolve) => clock.after(ROOM_MS, resolve))
    while (!hasRoom())
  }
  return () => (clock.monotonic() - looked < LOOK_AGAIN_MS || hasRoom() ? undefined : wait())
}

/** All or none; undefined where there are none to be had anyhow. */
function take(files: Files, count: number): readonly OpenFile[] | undefined {
  const taken: OpenFile[] = []
  try {
    while (taken.length < count) taken.push(files.open('/dev/null'))
    return taken
  } catch (thrown) {
    for (const one of taken) one.close()
    return asFault(thrown, 'file.failed').code === 'file.descriptors' ? [] : undefined
  }
}
