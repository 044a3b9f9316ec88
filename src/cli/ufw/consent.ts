/**
 * What is asked before a change. UFW asks before a rule is deleted by its number, and before the firewall is switched on in a
 * session of ssh; we ask also where the change would lock out the person who types it. `--force` answers all of it.
 */
import { printable } from '../../base/printable.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { isUnderSsh } from './ancestors.ts'
import { ask } from './ask.ts'
import { type BanRule, bansFor } from './ban.ts'
import type { Call } from './call.ts'
import { ruleByNumber } from './change.ts'
import { type Changing, decide } from './decision.ts'
import { lockouts } from './lockout.ts'
import { printSentence } from './print-sentence.ts'
import { warn } from './warn.ts'

export interface Consent {
  readonly answer: boolean
  /** What was asked of. The lock was not held: nobody shall wait for an answer. */
  readonly state: UfwState
  /** What a number stood for. */
  readonly doomed: string | undefined
}

/** undefined: nothing was asked. @throws Fault as `decide` and `readUfw` */
export async function consent(call: Call, command: Changing): Promise<Consent | undefined> {
  const { setting, paths, sentence } = call
  if (sentence.force || !mayAsk(call, command)) return undefined
  const { state, warnings, profiles } = readUfw(setting.world, paths)
  call.warn(warnings)
  const bans = await bansFor(call, command)
  const dangers = lockoutsBy(call, command, state, decide(state, command, profiles, bans).next)
  const doomed = doomedBy(command, state, bans)
  const question = questionOf(call, command, doomed, dangers)
  if (question === undefined) return undefined
  warn(call, dangers)
  return { answer: await ask(setting, question), state, doomed }
}

/** What the change would cut off, each a sentence. */
export function lockoutsBy(call: Call, command: Changing, state: UfwState, next: UfwState): readonly string[] {
  if (!next.enabled || !mayLockOut(command)) return []
  // The files may have been edited since they were loaded: what is in force is not known.
  const before = state.enabled && command.kind !== 'reload' ? state : undefined
  return lockouts(call, isTyped(call), before, next)
}

/** Most commands that come by the hundred, bans and what is let in, can cut nobody off. */
function mayLockOut(command: Changing): boolean {
  switch (command.kind) {
    case 'enable':
    case 'reload':
    case 'delete-number':
    case 'app-update':
    case 'become':
      return true
    case 'default':
      return command.policy !== 'allow' && command.path !== 'forward'
    case 'delete':
      return command.rules.some(({ action, path }) => isPassing(action) && path !== 'forward')
    case 'rule':
      return command.rules.some(({ action, path }) => !isPassing(action) && path !== 'forward')
    default:
      return false
  }
}

function isPassing(action: string): boolean {
  return action === 'allow' || action === 'limit'
}

function mayAsk(call: Call, command: Changing): boolean {
  return command.kind === 'delete-number' || command.kind === 'enable' || (isTyped(call) && mayLockOut(command))
}

/** Whether a person sits at both ends. */
function isTyped({ setting }: Call): boolean {
  return setting.typed?.() === true && setting.terminal.columns !== undefined
}

const PROCEED = 'Proceed with operation (y|n)? '

/** The rule that a number stands for; undefined: none is named by it. @throws Fault `ufw.number` */
export function doomedBy(command: Changing, { rules }: UfwState, bans: readonly BanRule[]): string | undefined {
  if (command.kind !== 'delete-number') return undefined
  return printSentence(ruleByNumber([...bans, ...rules], command.number))
}

function questionOf(
  call: Call,
  command: Changing,
  doomed: string | undefined,
  dangers: readonly string[],
): string | undefined {
  const { setting, sentence } = call
  if (doomed !== undefined) return `Deleting:\n ${printable(doomed)}\n${PROCEED}`
  if (command.kind === 'enable' && isUnderSsh(setting.world.files, setting.pid)) {
    return `Command may disrupt existing ssh connections. ${PROCEED}`
  }
  // Who has just been shown the difference, may have expected another.
  const isDoubtful = dangers.length > 0 || command.kind === 'become'
  return isDoubtful && isTyped(call) && !sentence.dryRun ? PROCEED : undefined
}
