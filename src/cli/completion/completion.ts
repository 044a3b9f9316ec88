/** `rampart completion SHELL`: prints what completes the words of all our programs in that shell. */
import type { Parser } from '../grammar/of-commander.ts'
import { grammarOf } from '../grammar/of-commander.ts'
import type { Setting } from '../setting.ts'
import { printBash } from './bash.ts'
import { fail2banSpots, regexSpots } from './fail2ban-spots.ts'
import { printFish } from './fish.ts'
import { rampartSpots } from './rampart-spots.ts'
import type { Spot } from './spot.ts'
import { ufwSpots } from './ufw-spots.ts'
import { printZsh } from './zsh.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

/** @param parser of `rampart`'s words @returns 0 */
export function completion({ terminal }: Setting, shell: Shell, parser: Parser): number {
  terminal.out(printCompletion(shell, parser))
  return 0
}

export function printCompletion(shell: Shell, parser: Parser): string {
  const programs = programSpots(parser)
  switch (shell) {
    case 'bash':
      return printBash(programs)
    case 'zsh':
      return printZsh(programs)
    case 'fish':
      return printFish(programs)
    default:
      return shell satisfies never
  }
}

/** By the program's name. */
export function programSpots(parser: Parser): ReadonlyMap<string, readonly Spot[]> {
  return new Map([
    ['rampart', rampartSpots(grammarOf(parser))],
    ['ufw', ufwSpots()],
    ...['fail2ban-client', 'fail2ban-server'].map((program) => [program, fail2banSpots(program)] as const),
    ['fail2ban-regex', regexSpots()],
  ])
}
