/**
 * Layers of files: NAME.conf, NAME.d/*.conf, NAME.local, NAME.d/*.local, each with its [INCLUDES], later wins per option.
 * With several folders the NAME.conf of the last folder that has one is read, and what the others add comes folder by
 * folder. Source: jail.conf(5), "CONFIGURATION FILES FORMAT"; docs: one folder gives what Fail2ban gives.
 */
import { asFault, Fault, type Place } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import { type IniFault, type IniFile, type IniSection, type IniValue, parseIni } from './ini.ts'

export interface Layered {
  /** [DEFAULT]: what every section falls back to. */
  readonly defaults: ReadonlyMap<string, IniValue>
  /**
   * All others. An option that a later file set again keeps its former value under `known/NAME`; an option of a section
   * `[NAME?family=inet6]` stands in NAME as `OPTION?family=inet6`.
   */
  readonly sections: ReadonlyMap<string, IniSection>
  /** The folder of the chosen NAME.conf. */
  readonly folder: string
  /** What was read, in order. */
  readonly files: readonly string[]
  readonly faults: readonly IniFault[]
  readonly warnings: readonly Fault[]
}

/** undefined if no folder has any file of that name. Never throws: what is wrong is among the faults. */
export function readLayers(world: World, folders: readonly string[], name: string): Layered | undefined {
  const folder = folders.findLast((folder) => isFile(world, `${folder}/${name}.conf`))
  const paths = folder === undefined ? [] : [`${folder}/${name}.conf`]
  for (const one of folders) {
    paths.push(...listed(world, `${one}/${name}.d`, '.conf'))
    if (isFile(world, `${one}/${name}.local`)) paths.push(`${one}/${name}.local`)
    paths.push(...listed(world, `${one}/${name}.d`, '.local'))
  }
  if (paths.length === 0) return undefined
  const merging: Merging = {
    world,
    folders,
    defaults: new Map(),
    sections: new Map(),
    files: [],
    faults: [],
    warnings: [],
  }
  for (const path of paths) readWithIncludes(merging, path, new Set())
  return { ...merging, folder: folder ?? folders.at(-1) ?? '' }
}

/** An ini file larger than this is not one. */
const MAX_BYTES = 4 * 1024 * 1024
/** Includes nested deeper are a mistake, even without a circle. */
const MAX_INCLUDES = 30

interface Merging {
  readonly world: World
  readonly folders: readonly string[]
  readonly defaults: Map<string, IniValue>
  readonly sections: Map<string, { readonly at: Place; readonly options: Map<string, IniValue> }>
  readonly files: string[]
  readonly faults: IniFault[]
  readonly warnings: Fault[]
}

function readWithIncludes(merging: Merging, path: string, above: ReadonlySet<string>): void {
  if (above.has(path) || above.size > MAX_INCLUDES) return // A circle: it is being read already.
  const file = readFile(merging, path)
  if (!file) return
  const inside = new Set(above).add(path)
  const includes = file.sections.get('INCLUDES')?.options
  for (const included of includedFiles(merging, path, includes?.get('before'))) {
    readWithIncludes(merging, included, inside)
  }
  merge(merging, file.sections)
  merging.files.push(path)
  for (const included of includedFiles(merging, path, includes?.get('after'))) {
    readWithIncludes(merging, included, inside)
  }
}

function readFile(merging: Merging, path: string): IniFile | undefined {
  let bytes: Uint8Array
  try {
    bytes = merging.world.files.read(path, MAX_BYTES)
  } catch (thrown) {
    merging.faults.push({ section: undefined, fault: asFault(thrown, 'config.unreadable') })
    return undefined
  }
  const text = decode(bytes)
  if (text === undefined) {
    const hint = `save it as UTF-8: iconv -f latin1 -t utf-8 ${path}`
    const message = `${path} is not UTF-8: all of it is skipped, as Fail2ban does`
    merging.warnings.push(new Fault('config.not-utf8', message, { at: { file: path }, hint }))
    return undefined
  }
  const file = parseIni(text, path)
  merging.faults.push(...file.faults)
  return file
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * The files of `before` or `after`, each followed by its own .local. Beside the including file first; else, as a name
 * missing in one folder comes from another, the last folder that has it at the same place.
 */
function includedFiles(merging: Merging, from: string, names: IniValue | undefined): string[] {
  const { world, folders } = merging
  const result: string[] = []
  for (const name of names?.text.split('\n').map((line) => line.trim()) ?? []) {
    if (name === '') continue
    const folder = from.slice(0, from.lastIndexOf('/'))
    const own = name.startsWith('/') ? name : normalize(`${folder}/${name}`)
    const root = folders.find((root) => own.startsWith(`${root}/`))
    const below = root === undefined ? undefined : own.slice(root.length)
    const elsewhere = below === undefined ? [] : folders.map((other) => other + below)
    const path = isFile(world, own) ? own : elsewhere.findLast((other) => isFile(world, other))
    if (path !== undefined) result.push(path)
    else if (!own.endsWith('.local')) merging.warnings.push(missing(name, names!.at))
    const locals = below === undefined ? [local(own)] : elsewhere.map(local)
    result.push(...locals.filter((other) => other !== own && isFile(world, other)))
  }
  return result
}

function missing(name: string, at: Place): Fault {
  const hint = 'Fail2ban skips it in silence; write a path beside this file, or an absolute one'
  return new Fault('config.include-missing', `the included file ${name} does not exist`, { at, hint })
}

function local(path: string): string {
  return path.replace(/\.[^./]*$/, '.local')
}

/** `/a/b/../c` is `/a/c`. */
function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part)
  }
  return parts.join('/')
}

function merge(merging: Merging, sections: ReadonlyMap<string, IniSection>): void {
  for (const [header, { at, options }] of sections) {
    if (header === 'INCLUDES') continue
    const question = header.indexOf('?')
    const name = question < 0 ? header : header.slice(0, question)
    const condition = question < 0 ? '' : header.slice(question)
    let into = merging.defaults
    if (name !== 'DEFAULT') {
      const known = merging.sections.get(name) ?? { at, options: new Map() }
      merging.sections.set(name, known)
      into = known.options
    }
    for (const [option, value] of options) {
      const key = option + condition
      const former = into.get(key)
      if (former && name !== 'DEFAULT') into.set(`known/${key}`, former)
      into.set(key, value)
    }
  }
}

function listed(world: World, folder: string, ending: string): string[] {
  try {
    return world.files
      .list(folder)
      .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
      .map((name) => `${folder}/${name}`)
      .filter((path) => isFile(world, path))
  } catch {
    return [] // A file where the folder should be, or one that may not be listed: then nothing in it counts.
  }
}

function isFile(world: World, path: string): boolean {
  try {
    return world.files.stat(path)?.kind === 'file'
  } catch {
    return true // It is there and may not be looked at: reading it will tell why.
  }
}
