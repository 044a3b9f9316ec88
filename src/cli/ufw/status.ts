/** `ufw status`: whether the firewall is up, what it does with packets that no rule names, and the rules. */
import type { UfwState } from '../../config/ufw/state.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import type { Policy } from '../../firewall/rules/ruleset.ts'
import type { Files } from '../../world/files.ts'
import { columnsOf, type Form, printColumns } from './columns.ts'
import { withoutTwins } from './listed.ts'

/** What the kernel says. */
export interface InForce {
  /** Whether rules of ours are there, whatever ufw.conf says. */
  readonly active: boolean
  /** Whether this host passes packets on. */
  readonly forwarding: boolean
}

/** Lines of bans, without numbers: they stand before the rules of their family. */
export type BanTexts = Readonly<Record<4 | 6, string>>

export function printStatus(
  state: UfwState,
  { active, forwarding }: InForce,
  form: Form,
  bans: BanTexts = NO_BANS,
): string {
  if (!active) return 'Status: inactive\n'
  const head = `Status: active\n${form === 'verbose' ? facts(state, forwarding) : ''}`
  const lines = form === 'numbered' ? numbered(state.rules, bans) : grouped(state.rules, form, bans)
  return lines === '' ? head : `${head}\n${HEADS[form]}${lines}\n`
}

/** What UFW asks. Source: which of the kernel's switches the installed ufw heeds. */
export function isForwarding(files: Pick<Files, 'text'>): boolean {
  return ['ipv4/ip_forward', 'ipv6/conf/default/forwarding', 'ipv6/conf/all/forwarding'].some((name) => {
    try {
      return files.text(`/proc/sys/net/${name}`).trim() === '1'
    } catch {
      return false
    }
  })
}

/** What a policy is called where it is set. */
export function policyWord(policy: Policy): 'allow' | 'deny' | 'reject' {
  return policy === 'accept' ? 'allow' : policy === 'drop' ? 'deny' : 'reject'
}

function facts({ logging, policies, profilePolicy }: UfwState, forwarding: boolean): string {
  const routed = forwarding ? policyWord(policies.forward) : 'disabled'
  const ends = `${policyWord(policies.in)} (incoming), ${policyWord(policies.out)} (outgoing), ${routed} (routed)`
  return [
    `Logging: ${logging === 'off' ? 'off' : `on (${logging})`}\n`,
    `Default: ${ends}\n`,
    `New profiles: ${profilePolicy === 'skip' ? 'skip' : policyWord(profilePolicy)}\n`,
  ].join('')
}

const HEAD = [
  printColumns({ to: 'To', action: 'Action', from: 'From', attributes: '', comment: '' }),
  printColumns({ to: '--', action: '------', from: '----', attributes: '', comment: '' }),
].map((line) => `${line.trimEnd()}\n`)

const NO_BANS: BanTexts = { 4: '', 6: '' }

const HEADS: Readonly<Record<Form, string>> = {
  plain: HEAD.join(''),
  verbose: HEAD.join(''),
  numbered: HEAD.map((line) => `     ${line}`).join(''),
}

function numbered(rules: readonly Rule[], bans: BanTexts): string {
  let number = 0
  return ([4, 6] as const)
    .map((family) => {
      const own = withoutTwins(rules.filter((rule) => rule.family === family))
      const lines = bans[family] + own.map((rule) => printColumns(columnsOf(rule, 'numbered'))).join('')
      let text = ''
      // Of 50,000 lines a list of lines would take as long as all the rest.
      for (let at = 0, end = 0; at < lines.length; at = end) {
        end = lines.indexOf('\n', at) + 1
        number += 1
        text += `${number < 10 ? '[ ' : '['}${number}] ${lines.slice(at, end)}`
      }
      return text
    })
    .join('')
}

/**
 * What comes in, what goes out, what passes: an empty line between them, but where nothing comes in there is none. Source:
 * measured on UFW 0.36.2.
 */
function grouped(rules: readonly Rule[], form: 'plain' | 'verbose', bans: BanTexts): string {
  const shown = form === 'verbose' ? rules : withoutTwins(rules)
  const lines = (path: Rule['path'], family: 4 | 6) =>
    shown
      .filter((rule) => rule.path === path && rule.family === family)
      .map((rule) => printColumns(columnsOf(rule, form)))
      .join('')
  const groups = (['in', 'out', 'forward'] as const).map((path) =>
    ([4, 6] as const).map((family) => (path === 'in' ? bans[family] : '') + lines(path, family)).join(''),
  )
  const between = groups[0] === '' ? '' : '\n'
  return groups.filter((group) => group !== '').join(between)
}
