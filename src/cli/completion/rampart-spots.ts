/** The spots of `rampart`: one for each command, from its grammar. A command that is added is completed without a word here. */
import type { Grammar } from '../grammar/grammar.ts'
import { optionWords } from './option-words.ts'
import type { Spot } from './spot.ts'
import { valueSource } from './value-source.ts'

/** @param beside the commands that `help` can be asked of */
export function rampartSpots(grammar: Grammar, beside: readonly string[] = []): readonly Spot[] {
  const members = grammar.commands.flatMap(({ members }) => members)
  const commands = members.map((member) => ({ word: lastWord(member), told: member.summary, into: spotName(member) }))
  const spot: Spot = {
    name: spotName(grammar),
    words: [...commands, ...optionWords(grammar.options)],
    values: grammar.arguments.map(({ name, choices }) => ({
      source: BANNED.has(grammar.name)
        ? { asked: ['banned'] }
        : name === 'command'
          ? { words: beside }
          : valueSource(name, choices),
    })),
    repeats: grammar.arguments.at(-1)?.several ?? false,
  }
  const names = commands.map(({ word }) => word)
  return [spot, ...members.flatMap((member) => rampartSpots(member, names))]
}

/** Where an address is meant that is banned, most likely. */
const BANNED: ReadonlySet<string> = new Set(['rampart unban', 'rampart why'])

function spotName({ name }: Grammar): string {
  return name.replaceAll(' ', '-')
}

function lastWord({ name }: Grammar): string {
  return name.slice(name.lastIndexOf(' ') + 1)
}
