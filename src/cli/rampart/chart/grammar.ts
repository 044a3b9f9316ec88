/** The grammar of `rampart chart`. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import type { Setting } from '../../setting.ts'
import { askedOptions } from '../stats/asked-options.ts'

const EXAMPLES = `
Examples:
  rampart chart bar --by org                whose networks they are in
  rampart chart bar --by city -n all --out cities.svg
  rampart chart time --since 7d --out week.png
  rampart chart map --out world.html
  rampart chart heat                        bans by weekday and hour
  rampart chart bar --ips-file list.txt     of a list of addresses

The ending of --out says what is written; PNG needs @resvg/resvg-js.`

export function chartGrammar(program: Command, setting: Setting, end: (code: number) => void): void {
  const command = program
    .command('chart')
    .addArgument(
      new Argument('<kind>', 'bars, over time, the world, hours of the week').choices(['bar', 'time', 'map', 'heat']),
    )
    .summary('draw it: bars, over time, on the map, by hours')
    .description('draw who was banned: bars, over time, on the map, by weekday and hour')
    .option(
      '--by <what>',
      'of bars: country, org, city, jail, ip, port, path, agent, hour, weekday, day, class (default: country)',
    )
    .option('-n, --rows <count>', 'how many bars, or all', rows, 20)
    .option('--out <file>', 'write a picture: .svg, .png or .html (default: text on the terminal)')
    .addOption(
      new Option('--theme <name>', 'colours (default: as the reader prefers; of PNG light)').choices(['light', 'dark']),
    )
    .option('--width <pixels>', 'of the picture: 320 to 4000', width)
    .option('--title <text>', 'in the place of the usual one')
  askedOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (kind, { rows, ...options }) =>
      end(
        await (await import('./chart.ts')).chart(setting, kind, {
          ...options,
          rows: rows === 'all' ? undefined : rows,
        }),
      ),
    )
}

function rows(word: string): number | 'all' {
  if (word === 'all') return word
  if (/^[1-9]\d{0,3}$/.test(word)) return Number(word)
  throw new InvalidArgumentError('It is a number from 1 to 9999, or all.')
}

function width(word: string): number {
  const pixels = /^\d{3,4}$/.test(word) ? Number(word) : 0
  if (pixels >= 320 && pixels <= 4000) return pixels
  throw new InvalidArgumentError('It is a number of pixels, 320 to 4000.')
}
