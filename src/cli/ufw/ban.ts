/**
 * Bans of `banaction = ufw` among the rules: listed before them in each family, as UFW's action would have put them, but no
 * rules. Who deletes one lifts the ban.
 */
import { networkOf } from '../../base/address.ts'
import { asFault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { whatIsActive } from '../../firewall/rules/apply.ts'
import { type BanSentence, rulesOfBan } from '../../firewall/rules/ban-sentence.ts'
import { addressText, type Rule } from '../../firewall/rules/rule.ts'
import type { BanLine, BanLines, UfwBan, UfwBans } from '../../store/ufw-bans.ts'
import type { Call } from './call.ts'
import { columnsOf, type Form, printBefore } from './columns.ts'
import type { Command } from './command.ts'
import { deed, isSameSubject, profileSubject } from './same-rule.ts'
import { warn } from './warn.ts'

/** A rule that is none. */
export interface BanRule extends Rule {
  readonly ban: Pick<UfwBan, 'jail' | 'from' | 'until'> & { readonly address: string }
}

export function isBan(rule: Rule): rule is BanRule {
  return 'ban' in rule
}

/**
 * What the guard has kept, while its bans are in the kernel. Who cannot read it is told so, and goes on without: a history
 * that is damaged keeps nobody from his rules. Of what `act` returns; undefined: there is nothing.
 * @param active what of ours is in the kernel, where that is asked already
 */
export async function ofBansInForce<T>(
  call: Pick<Call, 'setting' | 'paths'>,
  act: (open: UfwBans) => T,
  active?: Awaited<ReturnType<typeof whatIsActive>>,
): Promise<T | undefined> {
  const { setting, paths } = call
  const { world } = setting
  const { guard } = paths
  if (!guard || !world.files.stat(`${guard.state}/history.db`)) return undefined
  const { bans } = active ?? (await whatIsActive(world))
  if (!bans) return undefined
  let open: UfwBans | undefined
  try {
    const { openUfwBans } = await import('../../store/ufw-bans.ts')
    open = openUfwBans(world.files, guard.state, world.clock.now())
    return open && act(open)
  } catch (thrown) {
    warn(call, [`bans are not listed: ${printable(asFault(thrown, 'store.failed').message)}`])
    return undefined
  } finally {
    open?.close()
  }
}

/** Those that a command counts, or may mean. */
export async function bansFor(call: Call, command: Command): Promise<readonly BanRule[]> {
  const isCounting = command.kind === 'delete-number' || (command.kind === 'rule' && typeof command.place === 'object')
  if (isCounting) return (await ofBansInForce(call, (open) => open.all().flatMap(banRules))) ?? []
  if (command.kind !== 'delete') return []
  const addresses = [...new Set(command.rules.map(({ from, family }) => addressText(from, family)))]
  const named = await ofBansInForce(call, (open) => addresses.flatMap((address) => open.of(address)))
  return (named ?? []).flatMap(banRules)
}

/** As many as UFW would have made of it. */
export function banRules(ban: UfwBan): readonly BanRule[] {
  const { jail, from, until, network } = ban
  return rulesOfBan(ban.sentence, ban).map((rule) => ({ ...rule, ban: { jail, from, until, address: network.text } }))
}

/** The lines of `ufw status`, without numbers. */
export function printBans(open: UfwBans, form: Form): BanLines {
  return open.lines((sentence, family) => linesOf(sentence, family, form))
}

/** Of a ban whose address SQLite fills in. */
function linesOf(sentence: BanSentence, family: 4 | 6, form: Form): readonly BanLine[] {
  const rules = rulesOfBan(sentence, { network: SAMPLES[family], failures: 0, count: 0 })
  return (form === 'verbose' ? rules : rules.slice(0, 1)).map((rule) => {
    const { to, action } = columnsOf(rule, form)
    return { before: printBefore({ to, action }), comment: printable(sentence.comment) }
  })
}

const SAMPLES = { 4: networkOf(4, 1n, 32), 6: networkOf(6, 1n, 128) }

/** Whether a sentence that deletes a rule means this ban. */
export function meansBan(wanted: Rule, { ban: _, ...rule }: BanRule): boolean {
  const subject = profileSubject(wanted)
  if (subject === undefined ? !isSameSubject(rule, wanted) : profileSubject(rule) !== subject) return false
  return deed(rule) === deed(wanted) && (wanted.comment === undefined || wanted.comment === rule.comment)
}
