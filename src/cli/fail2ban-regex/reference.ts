/**
 * What the word REGEX means: a filter of the configuration, a filter's file anywhere, a jail, or an expression. Source: the
 * behaviour of Fail2ban 1.0, and for jails of 1.1.
 */
import { parseReference, type Reference } from '../../config/list.ts'
import { readLayers } from '../../config/read-layers.ts'
import type { World } from '../../world/world.ts'

export type Meaning =
  /** A filter by its name, in a folder that holds filter.d. */
  | { readonly kind: 'filter'; readonly name: string; readonly folder: string; readonly parameters: Parameters }
  /** A file that stands anywhere: `path` as it was given, its folder, and its name without the ending. */
  | {
      readonly kind: 'file'
      readonly path: string
      readonly folder: string
      readonly name: string
      readonly parameters: Parameters
    }
  | { readonly kind: 'jail'; readonly name: string; readonly folder: string }
  | { readonly kind: 'expression'; readonly text: string }

export type Parameters = Reference['parameters']

export interface Where {
  readonly world: World
  /** The configuration that was asked for. */
  readonly folder: string
  /** Where else to look for a filter that the configuration does not have; nowhere if the folder was named. */
  readonly stock: string | undefined
}

/** @throws Fault `config.bad-parameters` where a name is followed by brackets that hold something else */
export function meaningOf(where: Where, value: string): Meaning {
  const expression: Meaning = { kind: 'expression', text: value }
  if (!NAME.test(value)) return expression
  const { name, parameters } = parseReference(value)
  return (
    filterOf(where, name, parameters) ??
    jailOf(where, name) ??
    (where.stock === undefined ? undefined : filterOf({ ...where, folder: where.stock }, name, parameters)) ??
    expression
  )
}

/** Letters, digits and what stands in paths; then perhaps brackets. */
const NAME = /^[\p{L}\p{N}/_.-]+(?:\[[\s\S]*\])?$/u

function filterOf(where: Where, name: string, parameters: Parameters): Meaning | undefined {
  const path = filePath(where, name)
  if (path === undefined) return undefined
  const slash = name.lastIndexOf('/')
  const folder = slash < 0 ? where.folder : name.slice(0, slash) || '/'
  const bare = withoutEnding(name.slice(slash + 1))
  const isNamed = slash < 0 || folder === where.folder || lastPart(folder) === 'filter.d'
  if (!isNamed) return { kind: 'file', path: name, folder, name: bare, parameters }
  return { kind: 'filter', name: bare, folder: lastPart(folder) === 'filter.d' ? parent(folder) : folder, parameters }
}

/** The file that there is; undefined if there is none. */
function filePath({ world, folder }: Where, name: string): string | undefined {
  const names = hasEnding(name) ? [name] : [name, `${name}.conf`, `${name}.local`]
  const place = name.includes('/') ? '' : lastPart(folder) === 'filter.d' ? `${folder}/` : `${folder}/filter.d/`
  return names.map((one) => place + one).find((path) => isFile(world, path))
}

/** Fail2ban looks for a dot among the last six characters. */
function hasEnding(name: string): boolean {
  return name.slice(-6).includes('.')
}

function withoutEnding(name: string): string {
  return name.replace(/(?<=[^.])\.[^.]*$/, '')
}

function jailOf({ world, folder }: Where, name: string): Meaning | undefined {
  if (name.includes('/')) return undefined
  const known = readLayers(world, [folder], 'jail')?.sections.has(name)
  return known ? { kind: 'jail', name, folder } : undefined
}

function isFile(world: World, path: string): boolean {
  try {
    return world.files.stat(path)?.kind === 'file'
  } catch {
    return false
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** As Python's dirname: of a name alone it is empty. */
function parent(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash) || '/'
}
