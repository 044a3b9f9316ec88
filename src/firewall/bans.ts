/**
 * The wanted bans: scope → network → owners and their ends. It is the desired state that the kernel is made to equal.
 *
 * Changed in place, not copied: 100,000 bans are held, and each failure log may add to them within a millisecond.
 */
import type { Network } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'
import { addressIn, type BanSet, banSet, MAX_ELEMENTS } from './ban-set.ts'
import type { Block, Scope } from './block.ts'

/** Wall time; Infinity is for ever. */
export type End = EpochMs

/** One network in one scope. */
export interface Slot {
  readonly set: BanSet
  readonly network: Network
  /** The element's text in the kernel: the network's first address. */
  readonly address: string
  readonly owners: Map<string, End>
  /** The end that the kernel was last told; undefined if it holds no element of this. */
  sent: End | undefined
}

export interface Bans {
  readonly sets: Map<string, { readonly set: BanSet; readonly slots: Map<string, Slot> }>
}

export type BlockChange =
  | { readonly kind: 'add'; readonly block: Block }
  | { readonly kind: 'remove'; readonly network: Network; readonly scope: Scope; readonly owner: string }

export function noBans(): Bans {
  return { sets: new Map() }
}

/**
 * Makes the change and gives the slot that it touched, undefined if there was none. An owner that adds again moves its
 * own end; removing what is not there changes nothing.
 * @throws Fault `block.no-ports`, `block.everything`, `block.full` when the set holds all that it can
 */
export function changeBans(bans: Bans, change: BlockChange): Slot | undefined {
  if (change.kind === 'remove') {
    const slot = find(bans, change.scope, change.network)
    slot?.owners.delete(change.owner)
    return slot
  }
  const { block } = change
  const slot = find(bans, block.scope, block.network) ?? create(bans, block)
  slot.owners.set(block.owner, block.until ?? Number.POSITIVE_INFINITY)
  return slot
}

/** When the element ends: the latest end of its owners; undefined if none is left that ends after `now`. */
export function endOf(slot: Slot, now: EpochMs): End | undefined {
  let latest = Number.NEGATIVE_INFINITY
  for (const end of slot.owners.values()) if (!(end <= latest)) latest = end
  return latest > now ? latest : undefined
}

/** Forgets the slot if nobody wants it and the kernel does not hold it. */
export function tidy(bans: Bans, slot: Slot): void {
  if (slot.owners.size > 0 || slot.sent !== undefined) return
  const slots = bans.sets.get(slot.set.name)?.slots
  if (slots?.get(slot.address) === slot) slots.delete(slot.address)
}

export function* slotsOf(bans: Bans): Iterable<Slot> {
  for (const { slots } of bans.sets.values()) yield* slots.values()
}

function find(bans: Bans, scope: Scope, network: Network): Slot | undefined {
  return bans.sets.get(banSet(scope, network).name)?.slots.get(addressIn(network))
}

function create(bans: Bans, { scope, network }: Block): Slot {
  const found = banSet(scope, network)
  const held = bans.sets.get(found.name) ?? { set: found, slots: new Map<string, Slot>() }
  const { set, slots } = held
  bans.sets.set(set.name, held)
  if (slots.size >= MAX_ELEMENTS) {
    throw new Fault('block.full', `the set ${set.name} holds ${MAX_ELEMENTS} bans already`, {
      hint: 'shorten bantime, or ban networks instead of hosts',
    })
  }
  const slot: Slot = { set, network, address: addressIn(network), owners: new Map(), sent: undefined }
  slots.set(slot.address, slot)
  return slot
}
