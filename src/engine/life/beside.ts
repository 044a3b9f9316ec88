/**
 * Fail2ban beside an observing guard: asks it now and then whom it bans, and tells each ban that only one of the two made.
 * Bans of one address are compared, not of a jail: the two may name their jails differently.
 */
import { parseNetwork, printNetwork } from '../../base/address.ts'
import type { Cancel, MonotonicMs } from '../../world/clock.ts'
import type { World } from '../../world/world.ts'
import type { Engine } from '../engine.ts'

const ASK_EVERY_MS = 3000
/** Fail2ban takes up to two seconds to see a line, and some to ban: only later is a difference one. */
const GRACE_MS = 10_000
/** Addresses compared; a flood of bans beyond them is not. */
const MAX_COMPARED = 10_000

interface Seen {
  readonly jail: string
  readonly at: MonotonicMs
}

/** Compares until cancelled. Without a running Fail2ban it tells nothing. */
export function compareWithFail2ban(world: World, engine: Engine): Cancel {
  const ours = new Map<string, Seen>()
  const theirs = new Map<string, Seen>()
  const told = new Set<string>()
  /** Banned by Fail2ban before we looked: no line of it need be seen again. */
  let before: ReadonlySet<string> | undefined

  const silence = engine.listen((event) => {
    if (event.kind === 'ban') note(ours, event.address, event.jail, world.clock.monotonic())
  })
  const ask = async () => {
    const { code, out } = await world.run.once(['fail2ban-client', 'banned'], { timeoutMs: ASK_EVERY_MS })
    if (code !== 0) return
    const banned = parseBanned(out)
    before ??= new Set(banned.map(({ address }) => address))
    for (const { address, jail } of banned)
      if (!before.has(address)) note(theirs, address, jail, world.clock.monotonic())
    tellDifferences('fail2ban', theirs, ours)
    tellDifferences('rampart', ours, theirs)
  }
  const tellDifferences = (
    by: 'fail2ban' | 'rampart',
    some: ReadonlyMap<string, Seen>,
    others: ReadonlyMap<string, Seen>,
  ) => {
    for (const [address, { jail, at }] of some) {
      if (others.has(address) || before?.has(address) || told.has(address)) continue
      if (world.clock.monotonic() - at < GRACE_MS) continue
      told.add(address)
      engine.tell({ kind: 'differs', by, address, jail })
    }
  }
  void ask()
  const cancel = world.clock.every(ASK_EVERY_MS, () => void ask())
  return () => {
    silence()
    cancel()
  }
}

function note(seen: Map<string, Seen>, address: string, jail: string, at: MonotonicMs): void {
  if (!seen.has(address) && seen.size < MAX_COMPARED) seen.set(address, { jail, at })
}

/** `fail2ban-client banned` prints a Python list of one dictionary a jail: `[{'sshd': ['192.0.2.1']}, {'x': []}]`. */
export function parseBanned(text: string): { readonly jail: string; readonly address: string }[] {
  return [...text.matchAll(/\{'([^']*)': \[([^\]]*)\]\}/g)].flatMap(([, jail = '', list = '']) =>
    [...list.matchAll(/'([^']*)'/g)].flatMap(([, word = '']) => {
      const network = parseNetwork(word)
      return network ? [{ jail, address: printNetwork(network) }] : []
    }),
  )
}
