/** The grammar of `rampart stats`. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { BYS } from '../../../statistics/table.ts'
import type { Setting } from '../../setting.ts'
import { askedOptions } from './asked-options.ts'

export function statsGrammar(program: Command, setting: Setting, end: (code: number) => void): void {
  const command = program
    .command('stats')
    .summary('count it: by country, organisation, path, hour')
    .description('show who was banned, counted: where they come from, what they asked for, when')
    .addOption(
      new Option('--by <what>', 'what is counted by (default: country, org and city, one after the other)').choices(
        BYS,
      ),
    )
  askedOptions(command)
    .option('-n <rows>', 'of each table: a number, or all (default: 20, for programs all)', rows)
    .addOption(
      new Option('--format <format>', 'article: count and name alone, as the article lists them')
        .choices(['table', 'article', 'csv', 'tsv', 'json', 'md'])
        .default('table'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options) => end(await (await import('./stats.ts')).stats(setting, options)))
}

function rows(word: string): number | 'all' {
  if (word === 'all') return 'all'
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word)
  throw new InvalidArgumentError('It is a number, or all.')
}

const EXAMPLES = `
Examples:
  rampart stats             where the banned addresses come from
  rampart stats --by hour --since 7d --unit bans
  rampart stats --by org -n all --format csv
  rampart stats --ips-file addresses.txt --format article --by country`
