/**
 * `rampart __complete WHAT...`: names for a shell to offer, one a line. Somebody has pressed a key and waits: it is quiet whatever
 * is wrong, and ends in time.
 */
import { printable } from '../../base/printable.ts'
import { listNames } from '../../config/list/list-file.ts'
import { readLayers } from '../../config/read-layers.ts'
import { ufwPaths } from '../../config/ufw/paths.ts'
import { readProfiles } from '../../config/ufw/read-profiles.ts'
import { parseServices } from '../../config/ufw/services.ts'
import { ask, askBans } from '../../control/client.ts'
import { LIST } from '../../firewall/rules/rule.ts'
import type { Setting } from '../setting.ts'
import { ASKED, type Asked } from './spot.ts'

/** A guard that does not answer by then has other things to do. */
const LIMIT_MS = 700
/** Nobody chooses among more. */
const MOST = 500

/** @param what of `ASKED` @returns 0 */
export async function offer(setting: Setting, what: readonly string[], { socket, from }: Offering): Promise<number> {
  const names = new Set<string>()
  for (const kind of ASKED.filter((kind) => what.includes(kind))) {
    for (const name of await orNone(() => namesOf(setting, kind, socket))) names.add(name)
  }
  // What ends a line would be two names, and what a terminal obeys is none.
  const fit = [...names].filter((name) => name !== '' && printable(name) === name && begins(name, from))
  setting.terminal.out(
    fit
      .slice(0, MOST)
      .map((name) => `${name}\n`)
      .join(''),
  )
  return 0
}

export interface Offering {
  /** Where the guard answers. */
  readonly socket: string
  /** How the word begins, as it stands in the line. */
  readonly from: string
}

/** What is quoted the shell itself compares. */
function begins(name: string, from: string): boolean {
  return !/^[\w.:/-]*$/.test(from) || name.startsWith(from)
}

async function orNone(names: () => readonly string[] | Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await names()
  } catch {
    return []
  }
}

function namesOf(setting: Setting, kind: Asked, socket: string): readonly string[] | Promise<readonly string[]> {
  const { files } = setting.world
  const paths = ufwPaths()
  switch (kind) {
    case 'jails':
      return jails(socket)
    case 'sections':
      return sections(setting)
    case 'banned':
      return banned(socket)
    case 'filters':
      return filters(setting)
    case 'lists':
      return listNames(files, paths)
    case 'ends':
      return listNames(files, paths).map((name) => `${LIST}${name}`)
    case 'profiles':
      return [...readProfiles(files, paths, () => undefined).profiles.keys()]
    case 'services':
      return [...parseServices(files.text(paths.services)).keys()]
    case 'interfaces':
      return files.list('/sys/class/net')
    default:
      return kind satisfies never
  }
}

async function jails(socket: string): Promise<readonly string[]> {
  const { jails } = await ask(socket, { verb: 'status' }, AbortSignal.timeout(LIMIT_MS))
  return jails.map(({ name }) => name)
}

async function banned(socket: string): Promise<readonly string[]> {
  return (await askBans(socket, undefined, AbortSignal.timeout(LIMIT_MS))).map(({ address }) => address)
}

/** Enabled or not. */
function sections({ world, stockFolder }: Setting): readonly string[] {
  const layered = readLayers(world, [stockFolder, ...FOLDERS], 'jail')
  return [...(layered?.sections.keys() ?? [])]
    .filter((name) => name !== 'INCLUDES' && !name.startsWith('KNOWN/'))
    .sort()
}

/** Above the stock one. */
const FOLDERS = ['/etc/fail2ban', '/etc/rampart']

function filters({ world, stockFolder }: Setting): readonly string[] {
  const folders = [stockFolder, ...FOLDERS].map((folder) => `${folder}/filter.d`)
  const names = folders.flatMap((folder) => world.files.list(folder))
  return names.flatMap((name) => /^(.+)\.(?:conf|local)$/.exec(name)?.[1] ?? []).sort()
}
