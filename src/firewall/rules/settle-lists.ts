/** Brings lists into the kernel, before or together with the transaction that makes rules use them. */
import { asFault } from '../../base/fault.ts'
import type { Kernel } from '../kernel.ts'
import { type AddressList, sizeOf } from '../list/address-list.ts'
import { listDifference } from '../list/difference.ts'
import { countOf, type Layer } from '../list/layer.ts'
import { type HeldLists, listSetId, marksIn, printListElements, printListSet, setName, setsOf } from './list-sets.ts'
import { RULE_TABLE } from './printed.ts'
import type { Present } from './transaction.ts'

export interface Settled {
  readonly held: HeldLists
  /** What the table has now. */
  readonly present: Present
  /** To be said in the transaction that makes the rules use it, before all else. */
  readonly lines: readonly string[]
}

export interface ListOptions {
  /** Looks whether the sets still hold something: somebody may have emptied one. */
  readonly doubting?: boolean
  /** What lists of the same names held before: only the difference is sent where that is less. */
  readonly before?: readonly AddressList[]
  /** So many networks of all that are to be sent are in the kernel. */
  readonly onProgress?: (sent: number, all: number) => void
}

/** Elements in one transaction: with more, each costs the kernel more, and nft more memory (25 MB at 50,000). */
const MAX_CHUNK = 50_000
const MIN_CHUNK = 100

/** Nothing that is in force is changed by it. @throws Fault as `Kernel.apply`, `list.damaged`, `file.*` */
export async function settleLists(
  kernel: Kernel,
  wanted: Iterable<AddressList>,
  present: Present,
  { doubting = false, before = [], onProgress = () => {} }: ListOptions = {},
): Promise<Settled> {
  const lists = distinct(wanted)
  const held = new Map(heldLists(lists, present))
  if (doubting) for (const list of await emptied(kernel, lists, held)) held.delete(list.digest)
  const lines: string[] = []
  const missing: AddressList[] = []
  for (const list of lists.filter(({ digest }) => !held.has(digest))) {
    const change = doubting ? undefined : changed(list, lists, before, present)
    if (change) lines.push(...change.lines)
    else missing.push(list)
    if (change) held.set(list.digest, change.id)
  }
  const rest = await withoutLeftovers(kernel, present)
  const all = missing.reduce((sum, list) => sum + sizeOf(list), 0)
  const loader = new Loader(kernel, (sent) => onProgress(sent, all))
  for (const list of missing) {
    const id = freeId(list.digest, rest.sets)
    held.set(list.digest, id)
    await loader.load(list, id)
  }
  return { held, lines, present: rest }
}

/** All of it in lines, for a table that begins anew. */
export function listLines(wanted: Iterable<AddressList>): readonly string[] {
  return distinct(wanted).flatMap((list) => [
    ...setsOf(list, list.digest).map(printListSet),
    ...list.layers().map((layer) => printListElements('add', setName(list.digest, layer), layer, [0, countOf(layer)])),
  ])
}

/** Lists that the kernel has by its own marks, and what their sets are called for. */
export function heldLists(wanted: Iterable<AddressList>, present: Present): HeldLists {
  const marks = marksIn(present.chains)
  const held = new Map<string, string>()
  for (const list of wanted) {
    const mark = marks.find(
      ({ digest, id }) => digest === list.digest && setsOf(list, id).every(({ name }) => present.sets.has(name)),
    )
    if (mark) held.set(list.digest, mark.id)
  }
  return held
}

/** Of each set some of its elements. */
const SAMPLES = 3
const MAX_SAMPLES = 120

/** Lists of which something is missing: without reading a set, which takes nft half a minute at a million. */
export async function emptied(
  kernel: Kernel,
  wanted: Iterable<AddressList>,
  held: HeldLists,
): Promise<readonly AddressList[]> {
  const lists = [...wanted].filter(({ digest }) => held.has(digest))
  const missing: AddressList[] = []
  for (const list of lists) {
    const lines = list
      .layers()
      .flatMap((layer) =>
        samples(layer).map((at) =>
          printListElements('create', setName(held.get(list.digest)!, layer), layer, [at, at + 1]),
        ),
      )
      .slice(0, MAX_SAMPLES)
    const there = await kernel.probe(lines).catch(() => [])
    if (there.length < lines.length) missing.push(list)
  }
  return missing
}

function samples(layer: Layer): readonly number[] {
  const last = countOf(layer) - 1
  return [...new Set(Array.from({ length: SAMPLES }, (_, part) => Math.floor((last * part) / (SAMPLES - 1))))]
}

/** The same for lists that hold the same; what holds nothing needs no set. */
function distinct(lists: Iterable<AddressList>): readonly AddressList[] {
  const found = new Map([...lists].map((list) => [list.digest, list]))
  return [...found.values()].filter((list) => sizeOf(list) > 0)
}

/** Its sets may go on under the name that they have, if no other list needs them as they are. */
function changed(
  list: AddressList,
  lists: readonly AddressList[],
  before: readonly AddressList[],
  present: Present,
): { readonly id: string; readonly lines: readonly string[] } | undefined {
  const old = before.find(({ name }) => name === list.name)
  const id = old && heldLists([old], present).get(old.digest)
  if (!old || id === undefined || lists.some(({ digest }) => digest === old.digest)) return undefined
  const difference = listDifference(old.layers(), list.layers(), Math.min(MAX_CHUNK, sizeOf(list) / 2))
  if (!difference) return undefined
  const [sets, next] = [new Set(setsOf(old, id).map(({ name }) => name)), setsOf(list, id)]
  const stay = new Set(next.map(({ name }) => name))
  const elements = (verb: 'add' | 'delete', layers: readonly Layer[]) =>
    layers
      .map((layer) => ({ layer, name: setName(id, layer) }))
      // What goes as a whole need not be emptied.
      .filter(({ name }) => stay.has(name))
      .map(({ layer, name }) => printListElements(verb, name, layer, [0, countOf(layer)]))
  return {
    id,
    lines: [
      ...next.filter(({ name }) => !sets.has(name)).map(printListSet),
      ...elements('delete', difference.gone),
      ...elements('add', difference.come),
    ],
  }
}

/** Who was killed while it loaded left sets that no mark speaks of: they take memory, and a name that may be wanted. */
async function withoutLeftovers(kernel: Kernel, present: Present): Promise<Present> {
  const ids = new Set(marksIn(present.chains).map(({ id }) => id))
  const leftovers = [...present.sets].filter((name) => {
    const id = listSetId(name)
    return id !== undefined && !ids.has(id)
  })
  if (leftovers.length === 0) return present
  try {
    await kernel.apply(leftovers.map((name) => `delete set inet ${RULE_TABLE} ${name}`))
  } catch {
    // A rule uses it: somebody has deleted the mark. It goes with the rule.
    return present
  }
  return { ...present, sets: new Set([...present.sets].filter((name) => !leftovers.includes(name))) }
}

function freeId(digest: string, sets: ReadonlySet<string>): string {
  const taken = new Set([...sets].map(listSetId))
  let id = digest
  for (let turn = 2; taken.has(id); turn++) id = `${digest}x${turn}`
  return id
}

class Loader {
  readonly #kernel: Kernel
  readonly #onProgress: (sent: number) => void
  /** Less in a container, whose sockets may hold less. */
  #chunk = MAX_CHUNK
  #sent = 0

  constructor(kernel: Kernel, onProgress: (sent: number) => void) {
    this.#kernel = kernel
    this.#onProgress = onProgress
  }

  async load(list: AddressList, id: string): Promise<void> {
    const sets = setsOf(list, id)
    await this.#kernel.apply([`add table inet ${RULE_TABLE}`, ...sets.map(printListSet)])
    try {
      let [lines, room]: [string[], number] = [[], this.#chunk]
      for (const layer of list.layers()) {
        const name = setName(id, layer)
        for (let at = 0; at < countOf(layer); ) {
          const to = Math.min(countOf(layer), at + room)
          lines.push(printListElements('add', name, layer, [at, to]))
          room -= to - at
          at = to
          if (room > 0) continue
          await this.#send(lines, this.#chunk)
          ;[lines, room] = [[], this.#chunk]
        }
      }
      await this.#send(lines, this.#chunk - room)
    } catch (thrown) {
      const gone = sets.map(({ name }) => `delete set inet ${RULE_TABLE} ${name}`)
      await this.#kernel.apply(gone).catch(() => {})
      throw thrown
    }
  }

  async #send(lines: readonly string[], count: number): Promise<void> {
    if (lines.length === 0) return
    try {
      await this.#kernel.apply(lines)
    } catch (thrown) {
      const halves = asFault(thrown, 'kernel.refused').code === 'kernel.large' ? halved(lines) : undefined
      if (!halves || count <= MIN_CHUNK) throw thrown
      this.#chunk = Math.min(this.#chunk, Math.ceil(count / 2))
      for (const half of halves) await this.#send(half, Math.ceil(count / 2))
      return
    }
    this.#sent += count
    this.#onProgress(this.#sent)
  }
}

/** The same elements in two transactions. */
function halved(lines: readonly string[]): readonly (readonly string[])[] {
  if (lines.length > 1) {
    const middle = Math.ceil(lines.length / 2)
    return [lines.slice(0, middle), lines.slice(middle)]
  }
  const [, head = '', elements = ''] = /^(.*\{ )(.*) \}$/s.exec(lines[0] ?? '') ?? []
  const all = elements.split(', ')
  const middle = Math.ceil(all.length / 2)
  return [all.slice(0, middle), all.slice(middle)].map((some) => [`${head}${some.join(', ')} }`])
}
