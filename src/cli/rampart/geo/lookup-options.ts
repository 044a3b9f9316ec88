/** The options of every command that looks places up: in the data here, or at ipinfo.io. */
import { type Command, Option } from 'commander'

/** Who says how ipinfo.io is asked wants it to be asked, unless `--geo offline` is said too. */
const ONLINE = { geo: 'ipinfo' }

export function lookupOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--geo <how>', 'where places are looked up: in the data here, or at ipinfo.io')
        .choices(['offline', 'ipinfo'])
        .default('offline'),
    )
    .addOption(
      new Option(
        '--ipinfo-token-file <file>',
        'ask ipinfo.io with the token in this file, which nobody else may read',
      ).implies(ONLINE),
    )
    .addOption(new Option('--ipinfo-url <url>', 'ask a mirror of ipinfo.io, or a proxy').implies(ONLINE))
}
