/** The commands that tell a jail its filter. Order and conditions were measured beside Fail2ban 1.0.2. */
import type { Option, Options } from '../combined-options.ts'
import type { Command } from './command.ts'
import { shellWords } from './shell-words.ts'

/** Commands for the options of a filter, or for those of them that the jail sets itself. */
export interface FilterCommands {
  /** What must stand before all expressions, the filter's included: `usedns` first. */
  readonly early: readonly Command[]
  readonly others: readonly Command[]
}

/** @throws Fault `config.bad-quotes` */
export function filterCommands(options: Options, jail: string): FilterCommands {
  const told = [...options].map(([name, option]) => ({ name, commands: commandsFor(name, option, jail) }))
  const those = (belong: (name: string) => boolean) =>
    told.flatMap(({ name, commands }) => (belong(name) ? commands : []))
  return {
    early: [...those((name) => name === 'usedns'), ...those((name) => EARLY.has(name))],
    others: those((name) => name !== 'usedns' && !EARLY.has(name)),
  }
}

const EARLY: ReadonlySet<string> = new Set(['maxlines', 'prefregex'])

function commandsFor(name: string, { value, at }: Option, jail: string): Command[] {
  if (value === undefined) return []
  const lines = () =>
    String(value)
      .split('\n')
      .filter((line) => line !== '')
  switch (name) {
    case 'usedns':
    case 'maxlines':
    case 'prefregex':
      return [{ words: ['set', jail, name, value], at }]
    case 'failregex':
    case 'ignoreregex':
      return expressions(lines(), `add${name}`, jail).map((words) => ({ words, at }))
    case 'journalmatch':
      return lines().map((line) => ({ words: ['set', jail, 'addjournalmatch', ...shellWords(line)], at }))
  }
  // Fail2ban sends any option whose name is a piece of that word.
  return 'datepattern'.includes(name) ? [{ words: ['set', jail, name, value], at }] : []
}

/** Several are told in one go. */
function expressions(lines: readonly string[], verb: string, jail: string): Command['words'][] {
  if (lines.length > 1) return [['multi-set', jail, verb, lines]]
  return lines.map((line) => ['set', jail, verb, line])
}
