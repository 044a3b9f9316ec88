/** Options as words of a spot. Of two names the longer is offered; both are known. */
import type { GrammarOption } from '../grammar/grammar.ts'
import type { Offered } from './spot.ts'
import { valueSource } from './value-source.ts'

export function optionWords(options: readonly GrammarOption[]): readonly Offered[] {
  return options.flatMap(({ names, value, told, choices }) => {
    const offered = names.filter((name) => name.startsWith('--'))
    return names.map((word) => ({
      word,
      told,
      ...(value === undefined ? {} : { value: sourceOf(word, value, choices) }),
      quiet: offered.length > 0 && !offered.includes(word),
    }))
  })
}

/** `--jail <name>`: where the value's name says nothing, the option's may. */
function sourceOf(option: string, value: string, choices: readonly string[]) {
  const source = valueSource(value, choices)
  return Object.keys(source).length > 0 ? source : valueSource(option.replace(/^-+/, ''))
}
