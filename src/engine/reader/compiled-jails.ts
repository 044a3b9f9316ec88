/**
 * The jails of the plan that the reader reads by, each with its filter compiled, and for each log the matcher of all who
 * read it. What a new plan does not change goes on as it was: half-finished sessions, dates, the time that expressions took.
 */
import { asFault, type Fault } from '../../base/fault.ts'
import { filter } from '../../filter/filter.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import { type LogMatcher, logMatcher, type Reading } from '../../filter/log-matcher.ts'
import { checkWanted } from '../../source/source.ts'
import { isOf } from '../../source/wanted.ts'
import { textOf } from '../difference.ts'
import type { JailPlan, Plan } from './report.ts'

export interface JailFault {
  readonly jail: string
  readonly fault: Fault
}

interface CompiledJail {
  readonly plan: JailPlan
  readonly reading: Reading
}

export class CompiledJails {
  #jails: readonly CompiledJail[] = []
  /** Of the plan that was checked last: most often it is used next. */
  #checked: readonly CompiledJail[] = []
  readonly #matchers = new Map<string, LogMatcher>()

  /** What is wrong with a plan. Nothing is changed. */
  check({ jails }: Plan): readonly JailFault[] {
    const faults: JailFault[] = []
    this.#checked = jails.flatMap((plan) => {
      try {
        return [this.#compile(plan)]
      } catch (thrown) {
        const first = asFault(thrown, 'filter.failed')
        for (const fault of allFaults(plan.filter, first)) faults.push({ jail: plan.name, fault })
        return []
      }
    })
    return faults
  }

  /** Exchanges the plan. Jails whose filter or logs cannot be used are left out, and told; the others read on. */
  use(plan: Plan): readonly JailFault[] {
    const faults = this.check(plan)
    const before = new Map([...this.#matchers.keys()].map((log) => [log, this.#readings(log)]))
    this.#jails = this.#checked
    this.#checked = []
    for (const [log, readings] of before) if (!isSame(readings, this.#readings(log))) this.#matchers.delete(log)
    return faults
  }

  /** Everything that these jails want to read. */
  get wanted(): JailPlan['wanted'] {
    return this.#jails.flatMap(({ plan }) => plan.wanted)
  }

  matcherOf(log: string): LogMatcher {
    const known = this.#matchers.get(log)
    if (known) return known
    const made = logMatcher(this.#readings(log))
    this.#matchers.set(log, made)
    return made
  }

  /** The names of the jails that read this log. */
  readersOf(log: string): string[] {
    return this.#readings(log).map(({ jail }) => jail)
  }

  #readings(log: string): Reading[] {
    const readers = this.#jails.filter(({ plan }) => plan.wanted.some((wanted) => isOf(wanted, log)))
    return readers.map(({ reading }) => reading)
  }

  #compile(plan: JailPlan): CompiledJail {
    checkWanted(plan.wanted)
    const known = [...this.#jails, ...this.#checked].find(({ plan: { name, filter } }) => {
      return name === plan.name && textOf(filter) === textOf(plan.filter)
    })
    if (known?.plan.findtime === plan.findtime) return { plan, reading: known.reading }
    const reading = { jail: plan.name, filter: known?.reading.filter ?? filter(plan.filter), findtime: plan.findtime }
    if (!known) logMatcher([reading])
    return { plan, reading }
  }
}

/** A filter tells its first fault: each expression on its own tells whether there are more. */
function allFaults(settings: FilterSettings, first: Fault): Fault[] {
  const { failregex, ignoreregex } = settings
  const alone = [
    ...failregex.map((one) => ({ ...settings, failregex: [one], ignoreregex: [] })),
    ...ignoreregex.map((one) => ({ ...settings, failregex: ['<HOST>'], ignoreregex: [one] })),
  ]
  const faults = alone.flatMap((one) => {
    try {
      filter(one)
      return []
    } catch (thrown) {
      return [asFault(thrown, 'filter.failed')]
    }
  })
  return [...new Map([first, ...faults].map((fault) => [fault.message, fault])).values()]
}

function isSame(some: readonly Reading[], others: readonly Reading[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index])
}
