/**
 * `rampart list add NAME FILE`: the list becomes what the file holds. Where rules use it, the kernel changes from the old list to the
 * new one in one step, when it has all of the new one; who fails or is killed on the way leaves the old one.
 */
import { asFault, Fault } from '../../../base/fault.ts'
import { listOf, type PreparedList, prepareList, readStored, type StoredList } from '../../../config/list/list-file.ts'
import { ListReader, type ReadList } from '../../../config/list/read-list.ts'
import { type OpenUfw, underLock } from '../../../config/ufw/open-ufw.ts'
import { readRuleset } from '../../../config/ufw/read-ruleset.ts'
import type { UfwState } from '../../../config/ufw/state.ts'
import { sizeOf } from '../../../firewall/list/address-list.ts'
import type { Gathered } from '../../../firewall/list/gather.ts'
import { applyRuleset, isActive } from '../../../firewall/rules/apply.ts'
import { listProgress } from '../../list-progress.ts'
import { printFault, printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { lockouts } from '../../ufw/lockout.ts'
import { refuseOthers } from '../firewall/firewall-call.ts'
import { checkName, counted, type ListOptions, pathsOf, usesOf } from './list-call.ts'

export interface AddOptions extends ListOptions {
  readonly append: boolean
  readonly skipBad: boolean
  readonly allowEmpty: boolean
}

/** @param file `-`: standard input @returns the exit code @throws Fault `list.*`, `file.*`, `kernel.*`: nothing was changed then */
export async function addList(setting: Setting, name: string, file: string, options: AddOptions): Promise<number> {
  refuseOthers(setting)
  checkName(name)
  const read = await readFile(setting, file)
  if (!isGood(setting, read, options)) return 1
  return underLock(setting.world, pathsOf(options), async (ufw) => {
    const old = oldList(setting, name, options)
    if (options.append && old) read.gathering.addAll(old.layers())
    const before = options.append && old ? sizeOf(old) : 0
    const gathered = read.gathering.end()
    const list = listOf(setting.world, name, gathered.layers, { at: setting.world.clock.now(), from: file })
    if (sizeOf(list) === 0 && !options.allowEmpty) throw empty(file)
    const isInForce = await change(setting, ufw, { list, old }, options)
    const uses = usesOf(ufw.state.rules, name)
    const result = { list, read, gathered, before, uses, isInForce }
    setting.terminal.out(options.json ? printJson(asJson(result)) : print(result, options))
    return 0
  })
}

async function readFile({ world, input }: Setting, file: string): Promise<ReadList> {
  const reader = new ListReader(file === '-' ? 'standard input' : file)
  for await (const bytes of file === '-' ? input() : world.files.stream(file)) reader.take(bytes)
  return reader.end()
}

/** Tells every line that is none. */
function isGood({ terminal }: Setting, { faults, bad }: ReadList, { skipBad }: AddOptions): boolean {
  for (const fault of faults) terminal.err(`rampart: ${printFault(fault)}`)
  if (bad > faults.length) terminal.err(`rampart: and ${(bad - faults.length).toLocaleString('en')} more such lines\n`)
  if (bad === 0 || skipBad) return true
  terminal.err(`rampart: nothing was changed\n  to go on without ${bad === 1 ? 'it' : 'them'}: --skip-bad\n`)
  return false
}

/** One that cannot be read can be replaced, but not added to. */
function oldList({ world }: Setting, name: string, options: AddOptions): StoredList | undefined {
  try {
    const old = readStored(world, pathsOf(options), name)
    old?.layers()
    return old
  } catch (thrown) {
    if (options.append) throw thrown
    return undefined
  }
}

function empty(file: string): Fault {
  return new Fault('list.empty', 'there is no address in it', {
    hint: 'if the list shall hold nobody: --allow-empty',
    at: { file: file === '-' ? 'standard input' : file },
  })
}

interface Change {
  readonly list: StoredList
  readonly old: StoredList | undefined
}

/** @returns whether the kernel was asked for it */
async function change(setting: Setting, { state }: OpenUfw, of: Change, options: AddOptions): Promise<boolean> {
  const { world } = setting
  const isUsed = usesOf(state.rules, of.list.name).length > 0
  if (isUsed && state.enabled) warnOfLockout(setting, state, of, options)
  const isInForce = isUsed && state.enabled && (await isActive(world))
  const prepared = prepareList(world.files, pathsOf(options), of.list)
  if (isInForce) await inKernel(setting, state, of, { prepared, options })
  await committed(setting, state, of, { prepared, options, isInForce })
  return isInForce
}

/** An open connection goes on: it could not be made again. */
function warnOfLockout(setting: Setting, state: UfwState, { list, old }: Change, options: AddOptions): void {
  const instead = { before: new Map(old ? [[old.name, old]] : []), after: new Map([[list.name, list]]) }
  const isTyped = setting.typed?.() === true && setting.terminal.columns !== undefined
  const warnings = lockouts({ setting, paths: pathsOf(options) }, isTyped, state, state, instead)
  for (const warning of warnings) setting.terminal.err(`WARN: ${warning}\n`)
}

interface Prepared {
  readonly prepared: PreparedList
  readonly options: AddOptions
}

async function inKernel(setting: Setting, state: UfwState, of: Change, { prepared, options }: Prepared): Promise<void> {
  try {
    await apply(setting, state, of, options)
  } catch (thrown) {
    prepared.abandon()
    throw thrown
  }
}

/** What was not saved must not stay in force: it would be gone with the next start. */
async function committed(
  setting: Setting,
  state: UfwState,
  { list, old }: Change,
  { prepared, options, isInForce }: Prepared & { readonly isInForce: boolean },
): Promise<void> {
  try {
    prepared.commit()
  } catch (thrown) {
    if (isInForce && old) await apply(setting, state, { list: old, old: list }, options)
    throw asFault(thrown, 'list.not-saved')
  }
}

function apply({ world, terminal }: Setting, state: UfwState, { list, old }: Change, options: AddOptions) {
  const ruleset = readRuleset(world, pathsOf(options), state, true, new Map([[list.name, list]]))
  return applyRuleset(world, ruleset, { before: old ? [old] : [], onProgress: listProgress(terminal) })
}

interface Result {
  readonly list: StoredList
  readonly read: ReadList
  readonly gathered: Gathered
  /** What was there before, and stayed. */
  readonly before: number
  readonly uses: readonly string[]
  readonly isInForce: boolean
}

function print({ list, read, gathered, before, uses, isInForce }: Result, { append }: AddOptions): string {
  const size = sizeOf(list)
  const [four, six] = [sizeOf(list, 4), sizeOf(list, 6)]
  const left = [
    ...(gathered.duplicates > 0 ? [counted(gathered.duplicates, 'duplicate')] : []),
    ...(gathered.covered > 0 ? [`${gathered.covered.toLocaleString('en')} within larger networks`] : []),
    ...(read.bad > 0 ? [counted(read.bad, 'bad line')] : []),
  ]
  return [
    `${list.name}: ${counted(size, 'entry', 'entries')} (IPv4 ${four.toLocaleString('en')}, IPv6 ${six.toLocaleString('en')})\n`,
    ...(append && before > 0 ? [`  ${counted(before, 'entry', 'entries')} before\n`] : []),
    ...(left.length > 0 ? [`  left out: ${left.join(', ')}\n`] : []),
    ...(read.cleared > 0 ? [`  ${counted(read.cleared, 'network')} with host bits, which were cleared\n`] : []),
    uses.length === 0
      ? `  no rule uses it yet: ufw deny from list:${list.name}\n`
      : `  ${isInForce ? 'in force' : 'the firewall is off'}: ${counted(uses.length, 'rule')} of ufw ${uses.length === 1 ? 'uses' : 'use'} it\n`,
  ].join('')
}

function asJson({ list, read, gathered, before, uses, isInForce }: Result) {
  return {
    name: list.name,
    entries: sizeOf(list),
    ipv4: sizeOf(list, 4),
    ipv6: sizeOf(list, 6),
    before,
    duplicates: gathered.duplicates,
    covered: gathered.covered,
    cleared: read.cleared,
    badLines: read.bad,
    rules: uses,
    inForce: isInForce,
  }
}
