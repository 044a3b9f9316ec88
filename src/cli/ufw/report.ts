/** What ufw tells without changing anything: `status`, `show`, `app list`, `app info`; each for people, or for programs with `--json`. */
import { Fault } from '../../base/fault.ts'
import { readableLists } from '../../config/list/rule-lists.ts'
import { type ReadUfw, readUfw } from '../../config/ufw/read-ufw.ts'
import { whatIsActive } from '../../firewall/rules/apply.ts'
import { printJson } from '../print.ts'
import type { Call } from './call.ts'
import type { Form } from './columns.ts'
import type { Command, Shown } from './command.ts'
import type { ShownRules } from './show-rules.ts'
import { isForwarding, printStatus } from './status.ts'

export type Report = Extract<Command, { readonly kind: 'status' | 'show' | 'app-list' | 'app-info' }>

/** @returns the exit code @throws Fault `ufw.*`; `kernel.*` where it cannot be asked */
export async function report(call: Call, command: Report): Promise<number> {
  const { setting, paths, sentence } = call
  const isOfKernel = command.kind === 'status' || (command.kind === 'show' && isRules(command.what))
  // It answers while the files are read.
  const active = isOfKernel && !sentence.dryRun ? whatIsActive(setting.world) : undefined
  active?.catch(() => {})
  const ufw = readUfw(setting.world, paths)
  call.warn(ufw.warnings)
  setting.terminal.out(await tell(call, command, ufw, (await active) ?? NOTHING))
  return 0
}

type Active = Awaited<ReturnType<typeof whatIsActive>>

const NOTHING: Active = { rules: false, bans: false }

function isRules(what: Shown): what is ShownRules {
  return what !== 'added' && what !== 'listening'
}

function tell(call: Call, command: Report, ufw: ReadUfw, active: Active): Promise<string> {
  switch (command.kind) {
    case 'status':
      return status(call, command.form, ufw, active)
    case 'show':
      return isRules(command.what) ? showRules(call, command.what, ufw, active.rules) : show(call, command.what, ufw)
    case 'app-list':
    case 'app-info':
      return profiles(call, command, ufw)
    default:
      return command satisfies never
  }
}

async function status(call: Call, form: Form, { state }: ReadUfw, active: Active) {
  const { sentence, setting, paths } = call
  const { world } = setting
  if (sentence.dryRun) return `> Checking iptables\n${state.ipv6 ? '> Checking ip6tables\n' : ''}\n`
  const inForce = { active: active.rules, forwarding: isForwarding(world.files) }
  if (!sentence.json) {
    if (!active.rules) return printStatus(state, inForce, form)
    const { ofBansInForce, printBans } = await import('./ban.ts')
    const bans = await ofBansInForce(call, (open) => printBans(open, form), active)
    return printStatus(state, inForce, form, bans)
  }
  const { statusJson } = await import('./status-json.ts')
  const { readCounters } = await import('../../firewall/rules/counters.ts')
  const { EMPTY_FRAME } = await import('../../firewall/rules/frame.ts')
  // What is around the rules, their counts do not hang on.
  const around = {
    frame: EMPTY_FRAME,
    containers: true,
    lists: readableLists(world, paths, state.rules, { whole: false }),
  }
  const { banRules, ofBansInForce } = await import('./ban.ts')
  const bans = await ofBansInForce(call, (open) => open.all().flatMap(banRules), active)
  const counts = active.rules ? await readCounters(world, { ...state, ...around }) : []
  return printJson(statusJson(state, inForce, counts, bans))
}

async function show({ setting: { world }, sentence }: Call, what: 'added' | 'listening', { state }: ReadUfw) {
  if (what === 'added') {
    const { addedSentences, printAdded } = await import('./added.ts')
    return sentence.json ? printJson({ added: addedSentences(state.rules) }) : printAdded(state.rules)
  }
  const { hostAddresses, listeningSockets } = await import('./listening-sockets.ts')
  const { listeners, listeningJson, printListening } = await import('./listening.ts')
  const found = listeners(listeningSockets(world.files), state.rules, hostAddresses(world.files))
  return sentence.json ? printJson(listeningJson(found)) : printListening(found)
}

async function showRules(
  { setting: { world }, paths, sentence }: Call,
  what: ShownRules,
  { state }: ReadUfw,
  active: boolean,
): Promise<string> {
  if (sentence.dryRun) return '> Checking raw iptables\n> Checking raw ip6tables\n\n'
  const { listTable, tableText } = await import('../../firewall/rules/present-table.ts')
  if (sentence.json) return printJson({ nftables: active ? await listTable(world, { elements: true }) : [] })
  const { printRules } = await import('./show-rules.ts')
  const { wasLoaded } = await import('../../config/ufw/loaded-frame.ts')
  const off = wasLoaded(world.files, paths) ? 'gone' : undefined
  return printRules(active ? await tableText(world) : off, what, state.ipv6)
}

async function profiles(
  { setting, paths, sentence }: Call,
  command: Extract<Report, { kind: 'app-list' | 'app-info' }>,
  ufw: ReadUfw,
): Promise<string> {
  if (!ufw.isNew && !setting.world.files.stat(paths.profiles)) {
    setting.terminal.err(`WARN: '${paths.profiles}' does not exist\n`)
    throw new Fault('ufw.no-profiles', 'Profiles directory does not exist')
  }
  const { printProfileNames, printProfiles, profilesJson } = await import('./app.ts')
  const name = command.kind === 'app-info' ? command.name : undefined
  if (sentence.json) return printJson(profilesJson(ufw.profiles, name))
  return name === undefined ? printProfileNames(ufw.profiles) : printProfiles(ufw.profiles, name)
}
