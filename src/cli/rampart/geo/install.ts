/** `rampart geo install` and `geo update`: newer data, from the registry or from files. */
import { asFault, Fault } from '../../../base/fault.ts'
import { printable } from '../../../base/printable.ts'
import { SUBJECTS, type Subject } from '../../../place/data/fields.ts'
import {
  type Installed,
  type Installing,
  installFromFiles,
  installFromRegistry,
} from '../../../place/install/install.ts'
import { NPM } from '../../../place/install/registry.ts'
import { newestLayer } from '../../../place/installed.ts'
import { paint, printFault, printJson, type Terminal } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { geoFolders } from './open-geo.ts'

export interface InstallOptions {
  readonly state: string
  readonly registry?: string
  readonly file?: readonly string[]
  readonly json?: boolean
}

/** @returns the exit code @throws as `installFromRegistry`, `installFromFiles` */
export async function geoInstall(setting: Setting, subject: Subject, options: InstallOptions): Promise<number> {
  const installing = installingOf(setting, subject, options)
  const installed = await (options.file
    ? installFromFiles(installing, subject, options.file)
    : installFromRegistry(installing, subject, options.registry ?? NPM)
  ).finally(() => settle(setting.terminal))
  tell(setting.terminal, [installed], options)
  return 0
}

/** One that fails holds up none of the others. @returns the exit code: 1 where one failed */
export async function geoUpdate(
  setting: Setting,
  subjects: readonly Subject[],
  options: InstallOptions,
): Promise<number> {
  const { terminal } = setting
  const wanted = subjects.length > 0 ? subjects : present(setting, options)
  if (wanted.length === 0)
    throw new Fault('place.nothing', 'there is no data of places to update', { hint: 'rampart geo install country' })
  const installed: Installed[] = []
  let code = 0
  for (const subject of wanted) {
    try {
      installed.push(
        await installFromRegistry(installingOf(setting, subject, options), subject, options.registry ?? NPM),
      )
    } catch (thrown) {
      settle(terminal)
      terminal.err(`rampart: ${subject}: ${printFault(asFault(thrown, 'place.failed'))}`)
      code = 1
    }
    settle(terminal)
  }
  tell(terminal, installed, options)
  return code
}

function present(setting: Setting, { state }: InstallOptions): readonly Subject[] {
  return SUBJECTS.filter((subject) => {
    const layer = newestLayer(setting.world.files, geoFolders(setting, state), subject, [])
    layer?.close()
    return layer !== undefined
  })
}

function installingOf(setting: Setting, subject: Subject, { state }: InstallOptions): Installing {
  const { terminal, world } = setting
  return { world, folders: geoFolders(setting, state), onStep: progress(terminal, subject) }
}

const STEPS = {
  ask: 'asking for the latest data',
  download: 'fetching',
  compile: 'compiling, which takes some seconds',
}

/** In one line, for who sits at a terminal. */
function progress(terminal: Terminal, subject: Subject): Installing['onStep'] {
  let shown = ''
  return (step, done, of) => {
    if (terminal.errColumns === undefined) return
    const bytes = done === undefined ? '' : ` ${mega(done)}${of === undefined ? '' : ` of ${mega(of)}`} MB`
    const text = `  ${subject}: ${STEPS[step]}${bytes}`.slice(0, terminal.errColumns - 1)
    if (text !== shown) terminal.err(`\r${text}\x1b[K`)
    shown = text
  }
}

function settle(terminal: Terminal): void {
  if (terminal.errColumns !== undefined) terminal.err('\r\x1b[K')
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function tell(terminal: Terminal, all: readonly Installed[], { json }: InstallOptions): void {
  if (json) terminal.out(printJson({ installed: all }))
  else
    for (const { subject, origin, bytes, hasIpv6, isUpToDate, usedInstead } of all) {
      const what = printable(`${origin.name}${origin.version === undefined ? '' : ` ${origin.version}`}`)
      const when = origin.date === undefined ? '' : ` of ${origin.date}`
      const size = isUpToDate ? '' : `, ${(bytes / 1e6).toFixed(1)} MB`
      const words = isUpToDate ? 'there is nothing newer' : paint(terminal, 'green', 'installed')
      terminal.out(`${subject}: ${what}${when}${size}: ${words}${hasIpv6 ? '' : '; it knows no IPv6 address'}\n`)
      if (usedInstead !== undefined)
        terminal.err(`rampart: what came with the program is newer (${printable(usedInstead)}), and is used\n`)
    }
}
