/** What a command comes to: the state that shall be, what the kernel has to do for it, and what is said. Pure. */
import { Fault } from '../../base/fault.ts'
import type { Replacement } from '../../config/ufw/exchange.ts'
import type { Profile } from '../../config/ufw/profile.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import { decideProfileUpdate } from './app-update.ts'
import { type BanRule, isBan, meansBan } from './ban.ts'
import { decideBecome } from './become.ts'
import { addRules, type Change, deleteRules, ruleByNumber } from './change.ts'
import type { Command } from './command.ts'
import { remarks, told, toldDry } from './told.ts'

export interface Decision {
  readonly next: UfwState
  readonly kernel: Kernel
  /** In place of what `next` makes of them. */
  readonly files?: readonly Replacement[]
  /** Bans that end with it. */
  readonly lifted?: readonly BanRule[]
  /** On stdout, when it is done. */
  readonly told: string
  /** On stderr, behind it. */
  readonly remarks?: string
  /** On stdout, instead of doing it. */
  readonly dry: string
}

/**
 * - `as it is`: it is not touched
 * - `change`: what differs
 * - `load`: all of it anew, with the admin's scripts around it; what 'limit' remembers is forgotten, as UFW does
 * - `unload`: nothing of ours is left
 */
export type Kernel = 'as it is' | 'change' | 'load' | 'unload'

/** The commands that change something in the files; `reset` and `confirm` are apart. */
export type Changing =
  | { readonly kind: 'enable' | 'disable' | 'reload' }
  | Extract<
      Command,
      { kind: 'default' | 'logging' | 'rule' | 'delete' | 'delete-number' | 'app-default' | 'app-update' | 'become' }
    >

export function isChanging(command: Command): command is Changing {
  return CHANGING.has(command.kind)
}

const CHANGING: ReadonlySet<string> = new Set<Changing['kind']>([
  ...(['enable', 'disable', 'reload', 'default', 'logging'] as const),
  ...(['rule', 'delete', 'delete-number', 'app-default', 'app-update', 'become'] as const),
])

/** @param bans those that it counts or may mean @throws Fault `ufw.position`, `ufw.number`, `ufw.profile`, `ufw.changed` */
export function decide(
  state: UfwState,
  command: Changing,
  profiles: ReadonlyMap<string, Profile>,
  bans: readonly BanRule[] = [],
): Decision {
  switch (command.kind) {
    case 'enable':
      // Once more is not anew: what 'limit' remembers stays.
      return switched(
        state,
        true,
        state.enabled ? 'change' : 'load',
        'Firewall is active and enabled on system startup\n',
      )
    case 'disable':
      return switched(state, false, 'unload', 'Firewall stopped and disabled on system startup\n')
    case 'reload':
      return decideReload(state)
    case 'default':
      return decideDefault(state, command)
    case 'logging':
      return decideLogging(state, command.level)
    case 'rule':
      return decideRules(state, command, bans)
    case 'delete':
      return deleted(state, command.rules, bans)
    case 'delete-number':
      return deleted(state, [named(ruleByNumber([...bans, ...state.rules], command.number))], bans)
    case 'app-default':
      return decideProfilePolicy(state, command.policy)
    case 'app-update':
      return decideProfileUpdate(state, command, profiles)
    case 'become':
      return decideBecome(state, command)
    default:
      return unknown(command)
  }
}

function decideRules(
  state: UfwState,
  { rules, place, unfit }: Extract<Command, { kind: 'rule' }>,
  bans: readonly BanRule[],
): Decision {
  const change = addRules([...bans, ...state.rules], rules, place)
  if (unfit) throw unfit
  return ofRules(state, bans.length === 0 ? change : withoutBans(change))
}

/** Bans stay before the rules: what was inserted among them comes to stand behind them. */
function withoutBans({ rules, steps }: Change): Change {
  const isRule = (rule: Rule) => !isBan(rule)
  return { rules: rules.filter(isRule), steps: steps.map((step) => ({ ...step, rules: step.rules.filter(isRule) })) }
}

/** What is both a rule and a ban is neither afterwards. */
function deleted(state: UfwState, wanted: readonly Rule[], bans: readonly BanRule[]): Decision {
  const [ban] = wanted
  if (ban && isBan(ban)) return ofBans(state, [ban])
  const change = deleteRules(state.rules, wanted, state.ipv6)
  const lifted = bans.filter((one) => wanted.some((rule) => meansBan(rule, one)))
  if (lifted.length === 0) return ofRules(state, change)
  const steps = change.steps.map((step) =>
    lifted.some((one) => meansBan(step.rule, one)) ? ({ ...step, outcome: 'deleted' } as const) : step,
  )
  const decision = ofRules(state, { ...change, steps })
  const isChanged = change.rules.length < state.rules.length
  return { ...decision, kernel: isChanged ? decision.kernel : 'as it is', lifted }
}

function ofBans(state: UfwState, lifted: readonly BanRule[]): Decision {
  const steps = lifted.map((rule) => ({ family: rule.family, rule, outcome: 'deleted', rules: state.rules }) as const)
  const { told, dry } = ofRules(state, { rules: state.rules, steps })
  return { next: state, kernel: 'as it is', told, dry, lifted }
}

/** By its number a rule is meant whatever is remarked on it. */
function named<Rule extends object>(rule: Rule) {
  return { ...rule, comment: undefined }
}

function unknown(command: never): never {
  throw new Fault('ufw.failed', `no such command: ${JSON.stringify(command)}`)
}

const RUNNING = '> running ufw-init\n'

function switched(state: UfwState, enabled: boolean, kernel: Kernel, text: string): Decision {
  return { next: { ...state, enabled }, kernel, told: text, dry: `${RUNNING}${text}` }
}

function decideReload(state: UfwState): Decision {
  if (!state.enabled) return quiet(state, 'Firewall not enabled (skipping reload)\n')
  const text = 'Firewall reloaded\n'
  return { next: state, kernel: 'load', told: text, dry: `${RUNNING}${RUNNING}${text}` }
}

function quiet(next: UfwState, text: string): Decision {
  return { next, kernel: 'as it is', told: text, dry: text }
}

function decideDefault(state: UfwState, { path, policy }: Extract<Command, { kind: 'default' }>): Decision {
  const next = { ...state, policies: { ...state.policies, [path]: POLICIES[policy] } }
  const text = `Default ${DIRECTIONS[path]} policy changed to '${policy}'\n(be sure to update your rules accordingly)\n`
  const kernel = state.enabled ? 'load' : 'as it is'
  return { next, kernel, told: text, dry: `${state.enabled ? `${RUNNING}${RUNNING}` : ''}${text}` }
}

const POLICIES = { allow: 'accept', deny: 'drop', reject: 'reject' } as const
const DIRECTIONS = { in: 'incoming', out: 'outgoing', forward: 'routed' } as const

function inForce({ enabled }: UfwState): Kernel {
  return enabled ? 'change' : 'as it is'
}

function decideLogging(state: UfwState, level: Extract<Command, { kind: 'logging' }>['level']): Decision {
  const last = state.logging === 'off' ? 'low' : state.logging
  const next = { ...state, logging: level === 'on' ? last : level }
  return { ...quiet(next, level === 'off' ? 'Logging disabled\n' : 'Logging enabled\n'), kernel: inForce(state) }
}

function ofRules(state: UfwState, change: Change): Decision {
  return {
    next: { ...state, rules: change.rules },
    kernel: change.rules === state.rules ? 'as it is' : inForce(state),
    told: told(change, state.enabled),
    remarks: remarks(change, state),
    // Whole files, which only a dry run needs: 30 ms at 5,000 rules.
    get dry() {
      return toldDry(change, state)
    },
  }
}

function decideProfilePolicy(state: UfwState, policy: Extract<Command, { kind: 'app-default' }>['policy']): Decision {
  const next = { ...state, profilePolicy: policy === 'skip' ? policy : POLICIES[policy] }
  return quiet(next, `Default application policy changed to '${policy}'\n`)
}
