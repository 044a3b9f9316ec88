/** The spots of `rampart`: one for each command, from its grammar. A command that is added is completed without a word here. */
import type { Grammar } from '../grammar/grammar.ts'
import { optionWords } from './option-words.ts'
import { packetPaths, packetSpot } from './packet-spot.ts'
import type { Source, Spot } from './spot.ts'
import { valueSource } from './value-source.ts'

/** @param beside the commands that `help` can be asked of */
export function rampartSpots(grammar: Grammar, beside: readonly string[] = []): readonly Spot[] {
  const members = grammar.commands.flatMap(({ members }) => members)
  const commands = members.map((member) => ({ word: lastWord(member), told: member.summary, into: spotName(member) }))
  const options = optionWords(grammar.options)
  const packet = grammar.name === 'rampart why' ? packetSpot(`${spotName(grammar)}-packet`, options) : undefined
  const spot: Spot = {
    name: spotName(grammar),
    words: [...commands, ...(packet ? packetPaths(packet.name) : []), ...options],
    values: grammar.arguments.map(({ name, choices }) => ({
      source: name === 'command' ? { words: beside } : (MEANT[`${grammar.name} ${name}`] ?? valueSource(name, choices)),
    })),
    repeats: grammar.arguments.at(-1)?.several ?? false,
  }
  const names = commands.map(({ word }) => word)
  return [spot, ...(packet ? [packet] : []), ...members.flatMap((member) => rampartSpots(member, names))]
}

const [BANNED, JAILS, SECTIONS, LISTS] = (['banned', 'jails', 'sections', 'lists'] as const).map(
  (kind): Source => ({ asked: [kind] }),
)

/** What an argument is whose name does not say it. */
const MEANT: Readonly<Record<string, Source | undefined>> = {
  // An address is meant that is banned, most likely.
  'rampart unban address': BANNED,
  'rampart why words': BANNED,
  'rampart jail enable name': SECTIONS,
  'rampart jail disable name': JAILS,
  'rampart jail test name': SECTIONS,
  'rampart list add name': LISTS,
  'rampart list show name': LISTS,
  'rampart list remove name': LISTS,
}

function spotName({ name }: Grammar): string {
  return name.replaceAll(' ', '-')
}

function lastWord({ name }: Grammar): string {
  return name.slice(name.lastIndexOf(' ') + 1)
}
