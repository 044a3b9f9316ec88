/** All the commands that Fail2ban's client would send its server for a configuration: what `fail2ban-client -d` prints. */
import { Fault } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { type Layered, readLayers } from '../read-layers.ts'
import type { Command } from './command.ts'
import { type JailCommands, jailCommands } from './jail-commands.ts'
import { type ServerOptions, serverCommands } from './server-commands.ts'

export interface CommandStream {
  /** undefined where Fail2ban would print nothing at all. */
  readonly commands: readonly Command[] | undefined
  /** Those that are enabled, with those at fault among them, in the order of the files. */
  readonly jails: readonly JailCommands[]
  /** Every jail that the files name. */
  readonly known: readonly string[]
  /** Where Fail2ban gives up, in any file. */
  readonly fatal: readonly Fault[]
  /** All that is wrong. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** Never throws: every fault of the file set is in the answer. A jail with a fault is not in the commands; the others are. */
export function commandStream(world: World, folders: readonly string[], options: ServerOptions): CommandStream {
  const server = serverCommands(world, folders, options)
  const layered = readLayers(world, folders, 'jail')
  if (!layered) {
    const hint = 'give the folder that holds jail.conf, with filter.d and action.d beside it'
    const warning = new Fault('config.no-jails', `there is no jail.conf in ${folders.join(', ')}`, { hint })
    const commands = server.fatal.length > 0 ? undefined : server.commands
    return {
      commands,
      jails: [],
      known: [],
      fatal: server.fatal,
      faults: server.fatal,
      warnings: [...server.warnings, warning],
    }
  }
  const names = [...layered.sections.keys()].filter((name) => name !== 'INCLUDES')
  const source = { world, folders, layered }
  const all = names.map((name) => readJail(source, name))
  const known = all.map(({ name }) => name)
  const jails = all.filter(({ enabled, fatal }) => enabled || fatal.length > 0)
  // A fault of the whole file is told once, not for each jail.
  const whole = layered.faults.filter(({ section }) => !isJails(layered, section)).map(({ fault }) => fault)
  return {
    commands: server.fatal.length > 0 || whole.length > 0 ? undefined : [...server.commands, ...sent(jails)],
    jails,
    known,
    fatal: unique([...server.fatal, ...whole, ...jails.flatMap(({ fatal }) => fatal)]),
    faults: unique([...server.fatal, ...whole, ...jails.flatMap(({ faults }) => faults)]),
    warnings: unique([...server.warnings, ...layered.warnings, ...jails.flatMap(({ warnings }) => warnings)]),
  }
}

function readJail(
  source: { readonly world: World; readonly folders: readonly string[]; readonly layered: Layered },
  name: string,
): JailCommands {
  const read = jailCommands(source, name)
  const own = source.layered.faults.filter(({ section }) => section === name).map(({ fault }) => fault)
  if (own.length === 0) return read
  return { ...read, refusal: undefined, fatal: [...own, ...read.fatal], faults: [...own, ...read.faults] }
}

function isJails({ sections }: Layered, section: string | undefined): boolean {
  return section !== undefined && section !== 'INCLUDES' && section !== 'DEFAULT' && sections.has(section)
}

function sent(jails: readonly JailCommands[]): Command[] {
  const isWell = ({ fatal, refusal }: JailCommands) => fatal.length === 0 && !refusal
  const starts = jails.filter(isWell).map(({ name, commands }) => ({ words: ['start', name], at: commands[0]!.at }))
  return [...jails.flatMap((jail) => (isWell(jail) ? jail.commands : [skipped(jail)])), ...starts]
}

/** Stands for a jail that is skipped; whoever prints it puts the reason into words. */
function skipped({ name, fatal, refusal }: JailCommands): Command {
  const fault = refusal?.fault ?? fatal[0]
  return { words: ['config-error', name], at: fault?.at ?? { file: '' } }
}

function unique(faults: readonly Fault[]): Fault[] {
  const key = ({ code, message, at }: Fault) => `${code} ${message} ${at?.file} ${at?.line}`
  return [...new Map(faults.map((fault) => [key(fault), fault])).values()]
}
