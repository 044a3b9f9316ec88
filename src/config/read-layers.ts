/**
 * Layers of files: NAME.conf, NAME.d/*.conf, NAME.local, NAME.d/*.local, each with its [INCLUDES], later wins per option.
 * With several folders the NAME.conf of the last folder that has one is read, and what the others add comes folder by
 * folder. Source: jail.conf(5), "CONFIGURATION FILES FORMAT"; docs: one folder gives what Fail2ban gives.
 */
import { asFault, Fault, type Place } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import { type IniFault, type IniFile, type IniSection, type IniValue, parseIni } from './ini.ts'
import { FAIL2BAN_VERSION, readValue } from './interpolate.ts'
import { adminsAlone } from './own-jails.ts'

export interface Layered {
  /** [DEFAULT]: what every section falls back to. */
  readonly defaults: ReadonlyMap<string, IniValue>
  /** All others. An option of a section `[NAME?family=inet6]` stands in NAME as `OPTION?family=inet6`. */
  readonly sections: ReadonlyMap<string, IniSection>
  /** By section: what the options that a later file set again were before. */
  readonly former: ReadonlyMap<string, ReadonlyMap<string, IniValue>>
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
    former: new Map(),
    files: [],
    faults: [],
    warnings: [],
    parsed: new Map(),
    orders: new Map(),
  }
  for (const path of paths.flatMap((path) => withIncludes(merging, path, []))) {
    const file = parsed(merging, path)
    if (!file) continue
    merge(merging, file.sections)
    merging.files.push(path)
  }
  const chosen = folder ?? folders.at(-1) ?? ''
  if (name === 'jail') {
    leaveToAdmin(merging, `${chosen}/jail.conf`)
    addStatics(merging, chosen)
  }
  return { ...merging, folder: chosen }
}

function leaveToAdmin({ world, folders, sections, former }: Merging, jailConf: string): void {
  for (const [name, section] of [...sections]) {
    const alone = adminsAlone(world, folders, jailConf, [name, section])
    if (!alone) continue
    sections.set(name, { at: alone.at, options: new Map(alone.options) })
    for (const [option, { at }] of [...(former.get(name) ?? [])])
      if (at.file === jailConf) former.get(name)!.delete(option)
  }
}

/** What every jail may name, whatever its files say of it. */
function addStatics({ defaults, files }: Merging, folder: string): void {
  const at = { file: files[0] ?? '' }
  defaults.set('fail2ban_version', { text: FAIL2BAN_VERSION, at })
  defaults.set('fail2ban_confpath', { text: folder, at })
}

/** An ini file larger than this is not one. */
const MAX_BYTES = 4 * 1024 * 1024
/** Includes nested deeper are a mistake, even without a circle. */
const MAX_INCLUDES = 30
const MAX_FILES = 1000

interface Merging {
  readonly world: World
  readonly folders: readonly string[]
  readonly defaults: Map<string, IniValue>
  readonly sections: Map<string, { readonly at: Place; readonly options: Map<string, IniValue> }>
  readonly former: Map<string, Map<string, IniValue>>
  readonly files: string[]
  readonly faults: IniFault[]
  readonly warnings: Fault[]
  readonly parsed: Map<string, IniFile | undefined>
  /** By path: the file with all that it includes. */
  readonly orders: Map<string, readonly string[]>
}

/**
 * A file with its includes, in the order in which they count. A file that includes itself, over others or not, counts as
 * often as it is reached before the circle is seen: that is what the former values of its options then are.
 */
function withIncludes(merging: Merging, path: string, above: readonly string[]): readonly string[] {
  const known = merging.orders.get(path)
  if (known) return known
  const includes = parsed(merging, path)
  if (!includes || merging.faults.some(({ fault }) => fault.code === 'config.include-circle')) return []
  if (above.length > MAX_INCLUDES) return circle(merging, path)
  const inside = [...above, path]
  const [before, after] = (['before', 'after'] as const).map((option) =>
    includedFiles(merging, path, includeNames(merging, includes, option), above).flatMap((one) =>
      withIncludes(merging, one, inside),
    ),
  )
  const order = [...before!, path, ...after!]
  if (order.length > MAX_FILES) return circle(merging, path)
  merging.orders.set(path, order)
  return order
}

function circle(merging: Merging, path: string): readonly string[] {
  const hint = 'a .local is read with its .conf without being included, and must not include it'
  const message = `the includes of ${path} go round in a circle`
  const fault = new Fault('config.include-circle', message, { at: { file: path, line: 1 }, hint })
  merging.faults.push({ section: undefined, fault })
  return []
}

/** A value of [INCLUDES]; what it names by `%(x)s` is looked for in its own file alone. */
function includeNames(merging: Merging, { sections }: IniFile, option: string): IniValue | undefined {
  if (!sections.has('INCLUDES')) return undefined
  const defaults = sections.get('DEFAULT')?.options ?? new Map()
  try {
    return readValue({ layered: { sections, defaults, former: new Map() } }, 'INCLUDES', option)
  } catch (thrown) {
    merging.faults.push({ section: undefined, fault: asFault(thrown, 'config.bad-value') })
    return undefined
  }
}

function parsed(merging: Merging, path: string): IniFile | undefined {
  if (!merging.parsed.has(path)) merging.parsed.set(path, readFile(merging, path))
  return merging.parsed.get(path)
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
function includedFiles(
  merging: Merging,
  from: string,
  names: IniValue | undefined,
  above: readonly string[],
): string[] {
  const { world, folders } = merging
  const result: string[] = []
  for (const name of names?.text.split('\n').map((line) => line.trim()) ?? []) {
    if (name === '') continue
    const folder = from.slice(0, from.lastIndexOf('/'))
    const own = name.startsWith('/') ? name : `${folder}/${name}`
    const root = folders.find((root) => own.startsWith(`${root}/`))
    const below = root === undefined ? undefined : own.slice(root.length)
    const elsewhere = below === undefined ? [] : folders.map((other) => other + below)
    if (above.includes(own)) continue
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
  return `${path.replace(/(?<=[^/])\.[^./]*$/, '')}.local`
}

function merge(merging: Merging, sections: ReadonlyMap<string, IniSection>): void {
  for (const [header, { at, options }] of sections) {
    if (header === 'INCLUDES') continue
    const [, name = header, condition = ''] = CONDITIONAL.exec(header) ?? []
    const known = merging.sections.get(name)
    const into = name === 'DEFAULT' ? merging.defaults : (known?.options ?? new Map<string, IniValue>())
    if (name !== 'DEFAULT' && !known) merging.sections.set(name, { at, options: into })
    // Even without any former value: who asks for one then finds that of [DEFAULT].
    const former = merging.former.get(name) ?? new Map<string, IniValue>()
    if (known) merging.former.set(name, former)
    for (const [option, value] of options) {
      const key = option + condition
      const before = into.get(key)
      if (before) former.set(key, before)
      into.set(key, value)
    }
  }
}

/** `Init?family=inet6`. */
const CONDITIONAL = /^([\p{L}\p{N}_]+)(\?.+)$/u

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
