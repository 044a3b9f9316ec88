/** The options that stats, chart and report have in common: what is counted, of which time, and where places are looked up. */
import { type Command, Option } from 'commander'
import { lookupOptions } from '../geo/lookup-options.ts'

const STATE = '/var/lib/rampart'

/** Adds them to a command; what they say is `AskedOptions`. */
export function askedOptions(command: Command): Command {
  command
    .option('--jail <name>', 'of this jail alone')
    .option('--since <time>', 'from then on: 24h, 7d, 2026-11-22, "2026-11-22 14:30"')
    .addOption(new Option('--from <time>', 'the same; with --to a span of time').conflicts('since'))
    .option('--to <time>', 'until then, or as it was then')
    .addOption(
      new Option(
        '--state <which>',
        'bans in force, or all that began in the time (default: active where no time is named and addresses are counted, else all)',
      ).choices(['active', 'all']),
    )
    .addOption(
      new Option(
        '--unit <what>',
        'what is counted: different addresses, bans, failures, or the lines of a list (default: ips, of a list lines)',
      ).choices(['ips', 'bans', 'failures', 'lines']),
    )
    .option('--ips-file <file>', 'count these addresses, one a line, not the history; - for standard input')
  return lookupOptions(command).option('--history <folder>', 'where history is kept', STATE)
}
