/**
 * `rampart import ufw`: an installed UFW that is in force gives way to the same rules of ours. Ours are in force before the chains
 * of the other are taken out, which is one transaction: no packet meets neither, connections go on.
 */
import { Fault } from '../../base/fault.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import { type ReadUfw, readUfw } from '../../config/ufw/read-ufw.ts'
import { judges, type OldTable } from '../../firewall/old-ufw/old-table.ts'
import { type OldUfw, readOldUfw, setByUfw, takeOut } from '../../firewall/old-ufw/old-ufw.ts'
import { plural, printJson } from '../print.ts'
import type { Setting } from '../setting.ts'
import { ask } from '../ufw/ask.ts'
import { changedMeanwhile, isSameState } from '../ufw/become.ts'
import { installUnit } from '../ufw/boot-unit.ts'
import type { Call } from '../ufw/call.ts'
import { changeKernel } from '../ufw/kernel-change.ts'
import { tableName, UNREAD } from '../ufw/old-ufw-warning.ts'
import { warn } from '../ufw/warn.ts'
import { type Options, pathsOf, refuseOthers } from './firewall/firewall-call.ts'

export interface ImportUfwOptions extends Options {
  readonly dryRun: boolean
  readonly force?: boolean
}

/** @returns 0 if nothing of it is left @throws Fault `ufw.*`, `kernel.*`: the other is in force then, still */
export async function importUfw(setting: Setting, options: ImportUfwOptions): Promise<number> {
  refuseOthers(setting)
  const { world, terminal } = setting
  const paths = pathsOf(options)
  const ufw = readUfw(world, paths)
  const old = await readOldUfw(world, ufw.state)
  terminal.out(options.json ? printJson(asJson(old, ufw, options)) : printTaking(old, ufw, options))
  if (old.unread.length > 0) warn({ setting }, [UNREAD])
  if (old.tables.length + old.legacy.length === 0) return old.unread.length > 0 ? 1 : 0
  if (options.dryRun) return 0
  if (!(await isWanted(setting, options, opens(old, ufw)))) return 1
  const call = callOf(setting, options)
  await underLock(world, paths, async ({ state }) => {
    if (!isSameState(ufw.state, state)) throw changedMeanwhile()
    if (state.enabled) await changeKernel(call, { next: state, kernel: 'change', told: '', dry: '' })
    await takeOut(world, await readOldUfw(world, state), state)
    if (state.enabled) await installUnit(call)
  })
  const left = await readOldUfw(world, ufw.state)
  if (left.tables.length + left.legacy.length > 0) {
    throw new Fault('kernel.refused', 'somebody has loaded chains of an installed ufw again meanwhile', {
      hint: 'see what does: systemctl status ufw netfilter-persistent; then once more',
    })
  }
  if (!options.json) terminal.out(ufw.state.enabled ? 'Done: the rules are in force, by Rampart alone\n' : 'Done\n')
  return old.unread.length > 0 ? 1 : 0
}

/** Whether packets that are dropped now pass afterwards. */
function opens({ tables, legacy }: OldUfw, { state }: ReadUfw): boolean {
  return !state.enabled && [...tables, ...legacy].some(judges)
}

async function isWanted(setting: Setting, { force, json }: ImportUfwOptions, isOpening: boolean): Promise<boolean> {
  if (force) return true
  const isTyped = setting.typed?.() === true && setting.terminal.columns !== undefined && !json
  if (isTyped) {
    if (await ask(setting, 'Proceed with operation (y|n)? ')) return true
    setting.terminal.out('Aborted\n')
    return false
  }
  if (!isOpening) return true
  throw new Fault('ufw.opens', `${OFF}; nothing was done`, {
    hint: 'ufw enable first; or say that it is meant: --force',
  })
}

const OFF = 'the firewall is off by ufw.conf: without those chains this host stands open'

function callOf(setting: Setting, options: ImportUfwOptions): Call {
  const sentence = {
    command: { kind: 'enable' },
    dryRun: false,
    force: true,
    json: false,
    rollback: undefined,
  } as const
  return { setting, paths: pathsOf(options), sentence, said: 'rampart import ufw', warn: () => {} }
}

function asJson(old: OldUfw, { state }: ReadUfw, { dryRun }: ImportUfwOptions) {
  const told = (backend: 'nft' | 'legacy') => (table: OldTable) => ({
    table: tableName(table),
    backend,
    inForce: judges(table),
    chains: table.chains.length,
    calls: table.calls.length,
    opened: setByUfw(table, state),
    kept: table.closed.filter((chain) => !setByUfw(table, state).includes(chain)),
  })
  const tables = [...old.tables.map(told('nft')), ...old.legacy.map(told('legacy'))]
  return { dryRun, enabled: state.enabled, tables, unread: old.unread }
}

function printTaking(old: OldUfw, ufw: ReadUfw, { dryRun }: ImportUfwOptions): string {
  const rows = [...old.tables, ...old.legacy]
  if (rows.length === 0) return 'No chains of an installed ufw are in the kernel\n'
  const lines = rows.map((table) => {
    const opened = setByUfw(table, ufw.state)
    const kept = table.closed.filter((chain) => !opened.includes(chain))
    const parts = [
      table.chains.length > 0 &&
        `${plural(table.chains.length, 'chain')} and ${plural(table.calls.length, 'call')} of them go`,
      table.foreignCalls > 0 && `${table.foreignCalls} of these stand in chains of others`,
      opened.length > 0 && `the policy of ${opened.join(', ')} becomes accept`,
      kept.length > 0 && `that of ${kept.join(', ')} stays drop: ufw's settings do not ask for it`,
    ]
    const program = 'program' in table ? ' (iptables-legacy)' : ''
    return `${tableName(table)}${program}: ${parts.filter(Boolean).join('; ')}; all else stays`
  })
  const before = ufw.state.enabled
    ? `Before that the ${ufw.state.rules.length} rules of ${PLACE} are in force as table inet rampart`
    : OFF
  return [...lines, before, ...(dryRun ? ['Nothing was done'] : [])].map((line) => `${line}\n`).join('')
}

const PLACE = '/etc/ufw'
