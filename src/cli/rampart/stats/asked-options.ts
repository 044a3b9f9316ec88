/** The options that stats, chart and report have in common: what is counted, of which time, and where places are looked up. */
import { type Command, Option } from 'commander'

const STATE = '/var/lib/rampart'

/** Adds them to a command; what they say is `AskedOptions`. */
export function askedOptions(command: Command): Command {
  return command
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
    .addOption(
      new Option('--geo <how>', 'where places are looked up: in the data here, or at ipinfo.io')
        .choices(['offline', 'ipinfo'])
        .default('offline'),
    )
    .option('--ipinfo-token-file <file>', 'the token for ipinfo.io, in a file that nobody else may read')
    .option('--ipinfo-url <url>', 'a mirror of ipinfo.io, or a proxy')
    .option('--history <folder>', 'where history is kept', STATE)
}
