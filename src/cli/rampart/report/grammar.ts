/** The grammar of `rampart report`. */
import { type Command, Option } from 'commander'
import type { Setting } from '../../setting.ts'
import { askedOptions } from '../stats/asked-options.ts'

export function reportGrammar(program: Command, setting: Setting, end: (code: number) => void): void {
  const command = program
    .command('report')
    .summary('one page of it for people')
    .description('write it all down in one page for people: charts, map, tables, and a reading of them')
    .option('--out <file>', 'FILE.html, FILE.md, or - for standard output', 'rampart-report.html')
    .addOption(new Option('--format <format>', 'default: by the name of the file; of - html').choices(['html', 'md']))
    .option('--title <text>', 'of the page')
  askedOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options) => end(await (await import('./report.ts')).report(setting, options)))
}

const EXAMPLES = `
The page is one file that needs no other and runs no script:
it can be mailed, printed, put on a web server.

Examples:
  rampart report            whom the jails ban now, as rampart-report.html
  rampart report --since 7d --out week.html --title "web1: seven days"
  rampart report --since 24h --out - --format md | mail -s bans admin
  rampart report --ips-file addresses.txt
                            any list of addresses`
