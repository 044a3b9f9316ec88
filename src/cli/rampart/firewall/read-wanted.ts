/** A file that says what the firewall shall be. Pure. */
import { asFault, Fault, type Place } from '../../../base/fault.ts'
import type { ReadUfw } from '../../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../../config/ufw/state.ts'
import type { Rule } from '../../../firewall/rules/rule.ts'
import { decide } from '../../ufw/decision.ts'
import { deed } from '../../ufw/same-rule.ts'
import { subjectOf } from './subject.ts'
import { type WantedContext, wantedContext } from './wanted-context.ts'
import { readWantedLine, type WantedLine } from './wanted-line.ts'

export interface Wanted {
  readonly state: UfwState
  readonly warnings: readonly Told[]
  /** All of them; then `state` is none to go by. */
  readonly faults: readonly Fault[]
}

export interface Told {
  readonly message: string
  readonly at: Place
}

/** The rules are those of the file and no others; what it does not set stays as it is. */
export function readWanted(text: string, file: string, ufw: Pick<ReadUfw, 'state' | 'services' | 'profiles'>): Wanted {
  const reading = new Reading(ufw, wantedContext(ufw))
  const faults: Fault[] = []
  const warnings: Told[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const at = { file, line: index + 1 }
    try {
      for (const message of reading.take(line, index + 1)) warnings.push({ message, at })
    } catch (thrown) {
      const { code, message, hint, cause } = asFault(thrown, 'firewall.line')
      faults.push(new Fault(code, message, { at, cause, ...(hint === undefined ? {} : { hint }) }))
    }
  }
  return { state: reading.state(), warnings, faults }
}

class Reading {
  readonly #ufw: Pick<ReadUfw, 'state' | 'profiles'>
  readonly #context: WantedContext
  readonly #rules: Rule[] = []
  /** Where each was said first, and what. */
  readonly #settings = new Map<string, Said>()
  readonly #subjects = new Map<string, Said>()
  #state: UfwState

  constructor(ufw: Pick<ReadUfw, 'state' | 'profiles'>, context: WantedContext) {
    this.#ufw = ufw
    this.#context = context
    this.#state = ufw.state
  }

  /** IPv4's rules, then IPv6's. */
  state(): UfwState {
    const of = (family: 4 | 6) => this.#rules.filter((rule) => rule.family === family)
    return { ...this.#state, rules: [...of(4), ...of(6)] }
  }

  /** @returns what to warn of @throws Fault as `readWantedLine`, `firewall.twice` */
  take(line: string, number: number): readonly string[] {
    const read = readWantedLine(line, this.#context)
    if (!read) return []
    if (read.kind === 'setting') {
      const isNew = first(this.#settings, read.name, { line: number, what: JSON.stringify(read.command) })
      if (isNew) this.#state = decide(this.#state, read.command, this.#ufw.profiles).next
      return []
    }
    this.#add(read, number)
    return read.warnings
  }

  #add({ kind, rules }: Extract<WantedLine, { rules: unknown }>, number: number): void {
    for (const rule of rules) {
      const said = { line: number, what: `${deed(rule)} ${rule.comment ?? ''}` }
      if (kind === 'tuple' || first(this.#subjects, subjectOf(rule), said)) this.#rules.push(rule)
    }
  }
}

interface Said {
  readonly line: number
  readonly what: string
}

/** Whether it was not said before. @throws Fault `firewall.twice` */
function first(known: Map<string, Said>, key: string, said: Said): boolean {
  const before = known.get(key)
  if (before === undefined) known.set(key, said)
  else if (before.what !== said.what) {
    throw new Fault('firewall.twice', `line ${before.line} says otherwise of the same`, { hint: 'keep one of the two' })
  }
  return before === undefined
}
