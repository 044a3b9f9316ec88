/** The commands that tell a jail its filter. Order and conditions were measured beside Fail2ban 1.0.2. */
import type { Options } from './combined-options.ts'
import type { Command, Word } from './command.ts'
import { shellWords } from './shell-words.ts'

/**
 * Puts the options of a filter, or those of them that the jail sets itself, into the jail's commands: `usedns` before all
 * others, then what must stand before the expressions.
 * @throws Fault `config.bad-quotes`
 */
export function addFilterCommands(commands: Command[], options: Options, jail: string): void {
  let first = 0
  for (const [name, { value, at }] of options) {
    if (value === undefined) continue
    const add = (...words: readonly Word[]) => commands.push({ words: [...words], at })
    if (name === 'failregex' || name === 'ignoreregex') {
      const lines = String(value)
        .split('\n')
        .filter((line) => line !== '')
      if (lines.length > 1) add('multi-set', jail, `add${name}`, lines)
      else if (lines.length === 1) add('set', jail, `add${name}`, lines[0])
    } else if (name === 'usedns' || name === 'maxlines' || name === 'prefregex') {
      commands.splice(name === 'usedns' ? 0 : first, 0, { words: ['set', jail, name, value], at })
      first++
    } else if ('datepattern'.includes(name)) {
      // Fail2ban sends any option whose name is a piece of that word.
      add('set', jail, name, value)
    } else if (name === 'journalmatch') {
      for (const line of String(value).split('\n')) {
        if (line !== '') add('set', jail, 'addjournalmatch', ...shellWords(line))
      }
    }
  }
}
