/**
 * The wanted bans: scope → network → owners and their ends; and what the kernel was told of each. It is the desired state
 * that the kernel is made to equal.
 *
 * Changed in place, not copied: 100,000 bans are held, and each failure log may add to them within a millisecond. Of an
 * element its address and three numbers are kept, 60 bytes: as an object of its own it takes 330, a third of a gigabyte
 * for a million.
 */
import type { Network } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'
import { addressIn, type BanSet, banSet, MAX_ELEMENTS } from './ban-set.ts'
import type { Block, Scope } from './block.ts'

/** Wall time; Infinity is for ever. */
export type End = EpochMs

export interface Bans {
  readonly sets: Map<string, Elements>
  /** The same by scope, family and prefix: the name of a set is made once. */
  readonly known: WeakMap<Scope, Map<number, Elements>>
  readonly owners: string[]
}

/** The elements of one set. What is known of the element `id` stands at `id` of each array. */
export interface Elements {
  readonly set: BanSet
  /** By the element's text in the kernel: the network's first address. */
  readonly ids: Map<string, number>
  /** The latest end of its owners; `NOTHING`: nobody wants it. */
  wanted: Float64Array
  /** The end that the kernel was last told; `NOTHING`: it holds no element of this. */
  sent: Float64Array
  /** Number of the one who wants it; `SEVERAL`. */
  owners: Uint32Array
  readonly several: Map<number, Map<number, End>>
  readonly free: number[]
}

/** One network in one scope: which element it is. Good until the slot is tidied away. */
export interface Slot {
  readonly of: Elements
  readonly id: number
  readonly address: string
}

export type BlockChange =
  | { readonly kind: 'add'; readonly block: Block }
  | { readonly kind: 'remove'; readonly network: Network; readonly scope: Scope; readonly owner: string }

/**
 * In place of the end that the kernel was told: an nft that was ended amidst its work may have brought the element to
 * the kernel or not. It equals no end, itself neither, so that the next step adds and deletes whatever is there.
 */
export const UNSURE = Number.NaN
const NOTHING = Number.NEGATIVE_INFINITY
const SEVERAL = 0xffffffff

export function noBans(): Bans {
  return { sets: new Map(), known: new WeakMap(), owners: [] }
}

/**
 * Makes the change and gives the slot that it touched, undefined if there was none. An owner that adds again moves its
 * own end; removing what is not there changes nothing.
 * @throws Fault `block.no-ports`, `block.everything`, `block.full` when the set holds all that it can
 */
export function changeBans(bans: Bans, change: BlockChange): Slot | undefined {
  if (change.kind === 'remove') {
    const slot = find(bans, change.scope, change.network)
    if (slot) release(slot, numberOf(bans, change.owner))
    return slot
  }
  const { scope, network, until, owner } = change.block
  const of = elementsOf(bans, scope, network)
  const address = addressIn(network)
  const slot = { of, id: of.ids.get(address) ?? create(of, address), address }
  want(slot, numberOf(bans, owner), until ?? Number.POSITIVE_INFINITY)
  return slot
}

/** A set without a wanted element. */
export function holdSet(bans: Bans, set: BanSet): void {
  if (!bans.sets.has(set.name)) bans.sets.set(set.name, noElements(set))
}

/** The slot of this network in this scope, if there is one. */
export function find(bans: Bans, scope: Scope, network: Network): Slot | undefined {
  const of = bans.known.get(scope)?.get(keyOf(network)) ?? bans.sets.get(banSet(scope, network).name)
  return of && slotAt(of, addressIn(network))
}

export function slotAt(of: Elements, address: string): Slot | undefined {
  const id = of.ids.get(address)
  return id === undefined ? undefined : { of, id, address }
}

/** When the element ends: the latest end of its owners; undefined if none is left that ends after `now`. */
export function endOf({ of, id }: Slot, now: EpochMs): End | undefined {
  const end = of.wanted[id]!
  return end > now ? end : undefined
}

/** The end that the kernel was last told; `UNSURE`; undefined if it holds no element of this. */
export function sentOf({ of, id }: Slot): End | undefined {
  const end = of.sent[id]!
  return end === NOTHING ? undefined : end
}

/** Whether the kernel holds an element of it, as far as is known. */
export function isSent({ of, id }: Slot): boolean {
  return of.sent[id]! > NOTHING
}

/** Elements that the kernel may hold. */
export function countSent({ ids, sent }: Elements): number {
  let count = 0
  for (const id of ids.values()) if (sent[id] !== NOTHING) count++
  return count
}

/** The kernel has been told so. */
export function noteSent({ of, id }: Slot, end: End | undefined): void {
  of.sent[id] = end ?? NOTHING
}

export function ownersOf({ owners }: Bans, { of, id }: Slot): string[] {
  const numbers = of.owners[id] === SEVERAL ? [...of.several.get(id)!.keys()] : [of.owners[id]!]
  return of.wanted[id] === NOTHING ? [] : numbers.map((number) => owners[number]!)
}

/** Forgets the slot if nobody wants it and the kernel does not hold it. */
export function tidy({ of, id, address }: Slot): void {
  if (of.wanted[id] !== NOTHING || of.sent[id] !== NOTHING || of.ids.get(address) !== id) return
  of.ids.delete(address)
  of.free.push(id)
}

/** Every slot, also of bans that are added while this is read. */
export function* slotsOf(bans: Bans): Iterable<Slot> {
  for (const of of bans.sets.values()) for (const [address, id] of of.ids) yield { of, id, address }
}

export function countOf(bans: Bans): number {
  let count = 0
  for (const { ids } of bans.sets.values()) count += ids.size
  return count
}

function elementsOf(bans: Bans, scope: Scope, network: Network): Elements {
  const known = bans.known.get(scope) ?? new Map<number, Elements>()
  const found = known.get(keyOf(network))
  if (found) return found
  const set = banSet(scope, network)
  const elements = bans.sets.get(set.name) ?? noElements(set)
  bans.sets.set(set.name, elements)
  bans.known.set(scope, known.set(keyOf(network), elements))
  return elements
}

/** A prefix is 128 at most. */
function keyOf({ family, prefix }: Network): number {
  return family * 256 + prefix
}

function noElements(set: BanSet): Elements {
  return { set, ids: new Map(), ...arrays(16), several: new Map(), free: [] }
}

function arrays(length: number) {
  return {
    wanted: new Float64Array(length).fill(NOTHING),
    sent: new Float64Array(length).fill(NOTHING),
    owners: new Uint32Array(length),
  }
}

function create(of: Elements, address: string): number {
  const { set, ids, free } = of
  if (ids.size >= MAX_ELEMENTS) {
    throw new Fault('block.full', `the set ${set.name} holds ${MAX_ELEMENTS} bans already`, {
      hint: 'shorten bantime, or ban networks instead of hosts',
    })
  }
  // Without a free number those in use are 0 to size - 1.
  const id = free.pop() ?? ids.size
  if (id >= of.wanted.length) grow(of)
  ids.set(address, id)
  return id
}

function grow(of: Elements): void {
  const larger = arrays(of.wanted.length * 2)
  larger.wanted.set(of.wanted)
  larger.sent.set(of.sent)
  larger.owners.set(of.owners)
  Object.assign(of, larger)
}

function want({ of, id }: Slot, owner: number, end: End): void {
  const isAnothers = of.wanted[id] !== NOTHING && of.owners[id] !== owner
  if (isAnothers) {
    const owners = of.several.get(id) ?? new Map([[of.owners[id]!, of.wanted[id]!]])
    share(of, id, owners.set(owner, end))
  } else {
    of.wanted[id] = end
    of.owners[id] = owner
  }
}

function release({ of, id }: Slot, owner: number): void {
  const several = of.several.get(id)
  if (several?.delete(owner)) share(of, id, several)
  else if (!several && of.owners[id] === owner) of.wanted[id] = NOTHING
}

function share(of: Elements, id: number, owners: Map<number, End>): void {
  of.several.delete(id)
  of.wanted[id] = Math.max(...owners.values())
  if (owners.size > 1) of.several.set(id, owners)
  of.owners[id] = owners.size > 1 ? SEVERAL : owners.keys().next().value!
}

function numberOf({ owners }: Bans, owner: string): number {
  const number = owners.indexOf(owner)
  return number < 0 ? owners.push(owner) - 1 : number
}
