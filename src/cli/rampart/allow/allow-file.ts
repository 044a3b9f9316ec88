/** The files of `rampart allow`: read in every folder of a configuration, written in the last. */
import { contains, type Network } from '../../../base/address.ts'
import {
  ALLOW_FILE,
  type Allowed,
  type AllowList,
  parseAllowList,
  withAllowed,
  withoutAllowed,
} from '../../../config/allow-list.ts'
import type { World } from '../../../world/world.ts'
import { changingFolder, textOf } from '../own-file.ts'

export interface AllowedIn extends AllowList {
  readonly path: string
  readonly text: string
}

export interface AllowEdit {
  readonly address: string
  readonly change: 'added' | 'commented' | 'removed' | 'none'
  /** Where it stands now, or around it; null: it stands nowhere. */
  readonly file: string | null
  readonly line: number | null
  readonly comment: string | null
  /** Of the entry around it that allows it, where it has none of its own. */
  readonly within: string | null
}

export interface Wished {
  readonly networks: readonly Network[]
  /** undefined: that of the entry which is there, or none. */
  readonly comment: string | undefined
  readonly remove: boolean
}

/** The last folder's first, as it is asked first. @throws Fault `file.*` */
export function readAllowed(world: World, folders: readonly string[]): readonly AllowedIn[] {
  return folders.toReversed().map((folder) => {
    const path = `${folder}/${ALLOW_FILE}`
    const text = textOf(world, path)
    return { path, text, ...parseAllowList(text, path) }
  })
}

/** One command after the other. @throws Fault `file.*`: nothing is changed then */
export function editAllowed(world: World, folders: readonly string[], wished: Wished): Promise<readonly AllowEdit[]> {
  return changingFolder(world, folders.at(-1)!, () => {
    const before = readAllowed(world, folders)
    const after = before.map((file, index) => edited(file, index === 0, before, wished))
    for (const [index, { path, text }] of after.entries()) {
      if (text === before[index]!.text) continue
      if (text === '') world.files.remove(path)
      else world.files.write(path, text, 0o644)
    }
    return wished.networks.map((network) => editOf(network, before, after, wished))
  })
}

/** @param isLast whether new entries come into it */
function edited(
  { path, text }: AllowedIn,
  isLast: boolean,
  all: readonly AllowedIn[],
  { networks, comment, remove }: Wished,
): AllowedIn {
  const next = networks.reduce((before, network) => {
    if (remove) return withoutAllowed(before, network)
    const known = find(all, network)
    const isHere = known === undefined ? isLast : known.at.file === path
    if (!isHere || (known && (comment === undefined || comment === known.comment))) return before
    return withAllowed(before, network, comment ?? '')
  }, text)
  return { path, text: next, ...parseAllowList(next, path) }
}

function editOf(
  network: Network,
  before: readonly AllowedIn[],
  after: readonly AllowedIn[],
  { remove }: Wished,
): AllowEdit {
  const [was, is] = [find(before, network), find(after, network)]
  const around = is ?? all(after).find((one) => contains(one.network, network))
  const change = remove
    ? was
      ? ('removed' as const)
      : ('none' as const)
    : was === undefined
      ? ('added' as const)
      : was.comment === is?.comment
        ? ('none' as const)
        : ('commented' as const)
  return {
    address: network.text,
    change,
    file: around?.at.file ?? null,
    line: around?.at.line ?? null,
    comment: around?.comment ?? null,
    within: is || !around ? null : around.network.text,
  }
}

function all(files: readonly AllowedIn[]): readonly Allowed[] {
  return files.flatMap(({ allowed }) => allowed)
}

function find(files: readonly AllowedIn[], { text }: Network): Allowed | undefined {
  return all(files).find(({ network }) => network.text === text)
}
