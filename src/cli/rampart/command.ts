/** The grammar of `rampart`: its words, their options, their help. What each does stands in a file of its own. */

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { asFault, Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { SOCKET } from '../../control/usual-socket.ts'
import type { Shell } from '../completion/completion.ts'
import { printFault } from '../print.ts'
import type { Setting } from '../setting.ts'
import { chartGrammar } from './chart/grammar.ts'
import { EXAMPLES } from './examples.ts'
import { geoGrammar } from './geo/grammar.ts'
import { separate } from './match/words.ts'
import { isPacketWords } from './packet-words.ts'
import { reportGrammar } from './report/grammar.ts'
import { statsGrammar } from './stats/grammar.ts'
import type { Options as WhyOptions } from './why-packet.ts'

const STATE = '/var/lib/rampart'
const CONFIG = ['/etc/fail2ban', '/etc/rampart']
/** Not told to the parser as defaults: its help would say `(default: false)` of each. */
const UP = { observe: false, single: false, keepBans: false, replace: false }
const BAN = { force: false, shorten: false }
const IMPORT = { dryRun: false }
const HELP = 'show how a command is used'
const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish']
const ADD = { append: false, skipBad: false, allowEmpty: false }

/** Runs one command line. @returns its exit code */
export async function rampart(setting: Setting, words: readonly string[]): Promise<number> {
  let code = 0
  const program = grammar(setting, (result) => {
    code = result
  })
  try {
    await program.parseAsync(words[0] === 'match' ? separate(words) : words, { from: 'user' })
    return code
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    setting.terminal.err(`rampart: ${printFault(asFault(thrown, 'cli.failed'))}`)
    return 1
  }
}

/** What is parsed by, and what help, manual and completion are made from. */
export function grammar(setting: Setting, end: End): Command {
  const { terminal } = setting
  const program = new Command('rampart')
    .description('Guards this host: reads the logs, bans who attacks in the kernel, tells what goes on.')
    .version(`rampart ${setting.version}`, '--version', 'print the version')
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => terminal.err(shown(text)),
      getOutHelpWidth: () => terminal.columns ?? 100,
    })
    .configureHelp({ subcommandTerm: termOf })
    .helpOption('-h, --help', 'show this')
    .exitOverride()
    .showHelpAfterError('(see: rampart help)')
  program.commandsGroup('Guard this host:')
  guarding(program, setting, end)
  steering(program, setting, end)
  program.commandsGroup('Look, ban and let go:')
  asking(program, setting, end)
  program.commandsGroup('Who was banned, and where they come from:')
  statsGrammar(program, setting, end)
  chartGrammar(program, setting, end)
  reportGrammar(program, setting, end)
  geoGrammar(program, setting, end)
  program.commandsGroup('The firewall, beside what ufw says of it:')
  walling(program, setting, end)
  listing(program, setting, end)
  program.commandsGroup('Try, check and mend:')
  jails(program, setting, end)
  trying(program, setting, end)
  mending(program, setting, end)
  program.commandsGroup('Move in:')
  movingIn(program, setting, end)
  program.commandsGroup('Rampart itself:')
  telling(program, setting, end)
  addExamples(program, '')
  return program.helpCommand('help [command]', HELP)
}

/** @param name of the command, as it is typed behind `rampart` */
function addExamples(command: Command, name: string): void {
  const examples = EXAMPLES[name]
  // As that of the program, which is made last.
  if (name !== '' && command.commands.length > 0) command.helpCommand('help [command]', HELP)
  if (examples !== undefined) command.addHelpText('after', `\nExamples:${examples}`)
  for (const one of command.commands) addExamples(one, `${name} ${one.name()}`.trim())
}

/** In the list of commands: every one of them has options. */
function termOf(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? ` <${name}>` : ` [${name}]`
  })
  return `${command.name()}${names.join('')}`
}

/** What was typed may stand in it. */
function shown(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** Takes the exit code. */
type End = (code: number) => void

const json = () => new Option('--json', 'print JSON with stable names')
const socket = () => new Option('--socket <path>', 'where the guard answers').default(SOCKET).env('RAMPART_SOCKET')
const datadir = () => new Option('--datadir <folder>', "stands before the paths of ufw's files")
const config = (usual = CONFIG.join(' ')) =>
  new Option('--config <folders...>', 'configuration above the stock one, later wins').default(CONFIG, usual)

function guarding(program: Command, setting: Setting, end: End): void {
  program
    .command('up')
    .description('guard this host in the foreground until Ctrl-C')
    .option('--observe', 'change nothing in the kernel, tell what would be banned')
    .option('--single', 'one process: the half that reads the logs keeps its privileges')
    .option('--keep-bans', 'leave the bans in the kernel when stopping')
    .option('--replace', 'end the guard that runs and take its place; its bans stay in force')
    .option('--state <folder>', 'where history is kept', STATE)
    .addOption(config())
    .addOption(socket())
    .addOption(new Option('--json', 'print events as JSON, one a line'))
    .action(async (options) => end(await (await import('./up.ts')).up(setting, { ...UP, ...options }, CONFIG)))
}

/** What changes how the running guard goes on. */
function steering(program: Command, setting: Setting, end: End): void {
  program
    .command('reload')
    .argument('[jail]', 'one jail (default: the whole configuration)')
    .description('read the configuration anew; a fault changes nothing')
    .addOption(json())
    .addOption(socket())
    .action(async (jail, options) => end(await (await import('./reload.ts')).reload(setting, jail, options)))

  program
    .command('stop')
    .description('end the guard')
    .option('--keep-bans', 'leave the bans in the kernel')
    .addOption(new Option('--lift-bans', 'take the bans out of the kernel').conflicts('keepBans'))
    .addOption(new Option('--by-unit').hideHelp())
    .addOption(socket())
    .action(async (options) => end(await (await import('./stop.ts')).stop(setting, options)))
}

/** What the running guard answers. */
function asking(program: Command, setting: Setting, end: End): void {
  program
    .command('status')
    .argument('[jail]', 'one jail, with the addresses it bans')
    .description('show what is watched, counted and banned')
    .option('--verify', "read the kernel's sets and tell how they differ from the bans (up to 50,000)")
    .addOption(json())
    .addOption(socket())
    .action(async (jail, options) => end(await (await import('./status.ts')).status(setting, jail, options)))

  program
    .command('bans')
    .summary('show the bans in force, or past ones')
    .description('show the bans in force, newest first; past ones too if asked for')
    .option('--jail <name>', 'of this jail alone')
    .option('--country <code>', 'of this country alone: DE; or unknown')
    .option('--since <time>', 'only those that began since then: 2h, 7d, 2026-11-22, "2026-11-22 14:30"')
    .addOption(
      new Option('--state <which>', 'in force, or all that the history holds')
        .choices(['active', 'all'])
        .default('active'),
    )
    .option('--history <folder>', 'where history is kept', STATE)
    .addOption(json())
    .addOption(socket())
    .action(async (options) => end(await (await import('./bans/bans.ts')).bans(setting, options)))

  program
    .command('why')
    .argument(
      '<words...>',
      'an address or a network; or a packet: in|out|route [on IFACE] PROTOCOL PORT from|to ADDRESS',
    )
    .summary('why an address is banned, or what a packet meets')
    .description('show why an address is banned or is not, or what the firewall does with a packet, and by which rule')
    .addOption(json())
    .addOption(socket())
    .addOption(datadir())
    .addHelpText(
      'after',
      '\nExamples:\n  rampart why 192.0.2.7\n  rampart why in tcp 443 from 192.0.2.7\n  rampart why out udp 53 to 192.0.2.53',
    )
    .action(async (words, options) => end(await why(setting, words, options)))

  program
    .command('ban')
    .argument('<address...>', 'addresses or networks')
    .description('ban by hand')
    .option('--jail <name>', "with this jail's ports and time (default: all ports)")
    .option('--for <duration>', '600, 10m, 1d12h; -1 for ever (default: for ever, or as long as the jail bans)')
    .option('--reason <text>', 'why, as rampart why tells it')
    .option('--force', 'also what is never banned otherwise: own addresses, gateways, admins by ssh')
    .option('--shorten', 'let a ban that there is end earlier (default: the later end holds)')
    .addOption(json())
    .addOption(socket())
    .action(async (addresses, options) =>
      end(await (await import('./ban.ts')).ban(setting, addresses, { ...BAN, ...options })),
    )

  program
    .command('unban')
    .argument('[address...]', 'addresses or networks')
    .description('lift bans')
    .option('--all', 'every ban')
    .option('--jail <name>', 'in this jail alone (default: in all)')
    .addOption(json())
    .addOption(socket())
    .action(async (addresses, options) => end(await (await import('./ban.ts')).unban(setting, addresses, options)))

  program
    .command('allow')
    .argument('[address...]', 'addresses or networks')
    .summary('never ban these from now on')
    .description(
      'never ban these from now on, whatever a jail says, and lift their bans; without a guard from its start on',
    )
    .option('--comment <text>', 'why, or whose they are')
    .option('--remove', 'they may be banned again')
    .addOption(new Option('--list', 'show who is allowed so, and where it stands'))
    .option('--history <folder>', 'where history is kept', STATE)
    .addOption(config())
    .addOption(json())
    .addOption(socket())
    .action(async (addresses, options) =>
      end(await (await import('./allow/allow.ts')).allow(setting, addresses, options, CONFIG)),
    )

  program
    .command('tail')
    .description('print events as they happen')
    .addOption(json())
    .addOption(socket())
    .action(async (options) => end(await (await import('./tail.ts')).tail(setting, options)))

  program
    .command('metrics')
    .description('print what is counted, as Prometheus reads it')
    .option('--openmetrics', "in OpenMetrics' format")
    .addOption(json())
    .addOption(socket())
    .action(async (options) => end(await (await import('./metrics.ts')).metrics(setting, options)))
}

async function why(setting: Setting, words: readonly string[], options: WhyOptions): Promise<number> {
  if (isPacketWords(words)) return (await import('./why-packet.ts')).whyPacket(setting, words, options)
  if (words.length > 1)
    throw new Fault('why.words', 'one address, or in, out or route and a packet', { hint: 'rampart help why' })
  return (await import('./why.ts')).why(setting, words[0]!, options)
}

/** Rules, beside what `ufw` says of them; without a guard. */
function walling(program: Command, setting: Setting, end: End): void {
  const firewall = program
    .command('firewall')
    .summary('export, plan, apply, history, rollback, off')
    .description('the rules as a whole: write them down, apply a file of them, go back to what they were')
  const changing = (command: Command) =>
    command
      .option('--force', 'do not ask')
      .option('--rollback <seconds>', 'take it back unless `ufw confirm` comes', seconds)
      .addOption(json())
      .addOption(datadir())

  firewall
    .command('off')
    .description("take the rules out of the kernel and leave ufw's files as they are, for an installed ufw to go on")
    .option('--force', 'do not ask')
    .addOption(datadir())
    .action(async (options) => end(await (await import('./firewall/off.ts')).off(setting, options)))

  firewall
    .command('export')
    .description("print settings and rules in ufw's words, as a file for plan and apply")
    .addOption(json())
    .addOption(datadir())
    .action(async (options) => end((await import('./firewall/export.ts')).exportFirewall(setting, options)))

  firewall
    .command('plan')
    .argument('<file>', 'what the firewall shall be, or - for standard input')
    .description('show what apply would change')
    .addOption(json())
    .addOption(datadir())
    .addHelpText(
      'after',
      '\nExit code: 0 nothing would change, 1 something would,\n2 the file is wrong or cannot be read',
    )
    .action(async (file, options) => end(await (await import('./firewall/plan.ts')).plan(setting, file, options)))

  changing(
    firewall
      .command('apply')
      .argument('<file>', 'what the firewall shall be, or - for standard input')
      .description('show what changes and change it: all of it, or nothing; rules that the file has not go'),
  ).action(async (file, options) => end(await (await import('./firewall/apply.ts')).apply(setting, file, options)))

  firewall
    .command('history')
    .description('what the firewall was (50 changes), and the command that made each')
    .addOption(json())
    .addOption(datadir())
    .action(async (options) => end((await import('./firewall/history.ts')).history(setting, options)))

  changing(
    firewall
      .command('rollback')
      .argument('[number]', 'in the history (default: before the last change)')
      .description('make the firewall what it was, before.rules and after.rules too'),
  ).action(async (number, options) =>
    end(await (await import('./firewall/rollback.ts')).rollback(setting, number, options)),
  )
}

/** Addresses by the thousand, for the rules of `ufw`. */
function listing(program: Command, setting: Setting, end: End): void {
  const list = program
    .command('list')
    .summary('add, show, remove: addresses for rules by the thousand')
    .description('lists of addresses for the rules of the firewall, as in: ufw deny from list:NAME')
    .addOption(json())
    .addOption(datadir())
    .action(async (options) => end((await import('./list/show.ts')).listLists(setting, options)))
  // An option of `list` may stand behind the further word.
  const of = (command: Command) => ({ ...list.opts(), ...command.opts() })

  list
    .command('add')
    .argument('<name>', 'of the list')
    .argument(
      '<file>',
      'one address, network (192.0.2.0/24) or range (192.0.2.1-192.0.2.9) a line, or - for standard input',
    )
    .description(
      'make the list hold what is in the file, in place of what it held; rules that use it change in one step',
    )
    .option('--append', 'add to what it holds')
    .option('--skip-bad', 'leave out lines that are no address (default: with one of them nothing is changed)')
    .option('--allow-empty', 'the list may hold nobody')
    .addHelpText(
      'after',
      '\nIPv4 and IPv6 may stand in one list. # and ; begin a comment.\n\nExamples:\n  rampart list add drop drop.txt\n  curl -fsS https://example.org/drop.txt | rampart list add drop -\n  ufw deny from list:drop',
    )
    .action(async (name, file, _options, command) =>
      end(await (await import('./list/add.ts')).addList(setting, name, file, { ...ADD, ...of(command) })),
    )

  list
    .command('show')
    .argument('<name>', 'of the list')
    .description('print what it holds, a line each, as add reads it')
    .action(async (name, _options, command) =>
      end((await import('./list/show.ts')).showList(setting, name, of(command))),
    )

  list
    .command('remove')
    .argument('<name>', 'of the list')
    .description('remove a list that no rule uses')
    .action(async (name, _options, command) =>
      end(await (await import('./list/remove.ts')).removeList(setting, name, of(command))),
    )
}

/** Which jails run, and what they would do. */
function jails(program: Command, setting: Setting, end: End): void {
  const jail = program
    .command('jail')
    .summary('list, enable, disable, test: which jails run')
    .description('which jails run: jail list, enable, disable; what one would do: jail test')

  jail
    .command('list')
    .description('show the jails that are enabled, whether they run, and why one does not')
    .option('--all', 'also those that are not enabled')
    .addOption(config())
    .addOption(json())
    .addOption(socket())
    .action(async (options) => end(await (await import('./jail/list-jails.ts')).listJails(setting, options, CONFIG)))

  for (const word of ['enable', 'disable'] as const) {
    jail
      .command(word)
      .argument('<name...>', 'of jails')
      .description(
        word === 'enable'
          ? 'have jails run from now on, beside those that run; with any fault nothing changes'
          : 'have jails run no more; their bans end, and come back with them',
      )
      .option('--dry-run', 'change nothing, show what would be written')
      .addOption(config())
      .addOption(json())
      .addOption(socket())
      .action(async (names, options) => {
        const { switchJails } = await import('./jail/switch-jails.ts')
        end(await switchJails(setting, names, word === 'enable', { ...IMPORT, ...options }, CONFIG))
      })
  }

  jail
    .command('test')
    .argument('<name>', 'of the jail, enabled or not')
    .argument('[log...]', 'files, packed or not, or - for standard input (default: its own logs)')
    .description('show what a jail makes of its logs: failures of each address, and whom it would have banned')
    .option('--all', 'every address (default: the first 20)')
    .addOption(config())
    .addOption(json())
    .addHelpText('after', '\nExit code: 0 a line matched, 1 none did, 2 it could not be tried')
    .action(async (name, logs, options) =>
      end(await (await import('./jail/test-jail.ts')).testJail(setting, [name, logs], options, CONFIG)),
    )
}

function seconds(word: string): number {
  if (/^[1-9]\d{0,4}$/.test(word)) return Number(word)
  throw new InvalidArgumentError('It is a number of seconds, up to 99999.')
}

/** What is tried on files, without a guard. */
function trying(program: Command, setting: Setting, end: End): void {
  program
    .command('match')
    .argument('<filter>', 'a jail or a filter, with options: sshd[mode=aggressive]; or the path of a filter')
    .argument('[log]', 'a file, packed or not, a line in quotes, or - for standard input', '-')
    .description('show what a filter makes of lines; bans nobody')
    .option('--config <folder>', 'in the place of /etc/fail2ban and /etc/rampart', gather)
    .option('--jail-options <key=value...>', 'what the jail would set: mode=aggressive maxlines=2 ...', gather)
    .option('--logtype <type>', 'how the lines begin: file, journal, short, rfc5424')
    .option('--now <epoch>', 'the time that it is, for dates without a year')
    .option('--tz <zone>', 'the local zone: Europe/Berlin, CET-1CEST,M3.5.0,M10.5.0/3')
    .option('--explain', 'show for each line what decided, or how far the nearest expressions came')
    .addOption(new Option('--json', 'one JSON object for each line'))
    .action(async (filter, log, options) =>
      end(await (await import('./match/match.ts')).match(setting, [filter, log], options, CONFIG)),
    )

  program
    .command('config')
    .summary('check: what is wrong with the configuration')
    .description('look at the configuration')
    .command('check')
    .argument('[name...]', 'jails, or filters with options: sshd[mode=aggressive] (default: the jails that would run)')
    .description('show what guards nobody, bans the wrong or can be switched off, and what to write in its place')
    .option('--no-logs', 'judge by the configuration alone, read no log')
    .addOption(config())
    .addOption(json())
    .addHelpText(
      'after',
      '\nExit code: 0 nothing wrong, or hints alone; 1 errors or warnings;\n2 something cannot be read',
    )
    .action(async (names, options) => end(await (await import('./config.ts')).check(setting, names, options, CONFIG)))
}

function mending(program: Command, setting: Setting, end: End): void {
  program
    .command('doctor')
    .summary('what is wrong with this host, and what mends it')
    .description("show what is wrong with this host's set-up, and the command or the line that mends it")
    .option('--all', 'also what is well')
    .addOption(config("the guard's"))
    .addOption(json())
    .addOption(socket())
    .addOption(datadir())
    .addHelpText('after', '\nExit code: 0 nothing wrong, or hints alone; 1 errors or warnings')
    .action(async (options) =>
      end(await (await import('./doctor/doctor.ts')).doctor(setting, options, { config: CONFIG, state: STATE })),
    )
}

/** From another guard or firewall. */
function movingIn(program: Command, setting: Setting, end: End): void {
  const importing = program
    .command('import')
    .summary('from fail2ban, from ufw')
    .description('take over from another guard or firewall')
  importing
    .command('ufw')
    .description(
      "put ufw's rules in force here, then take an installed ufw's chains out of the kernel, without a gap; other rules stay",
    )
    .option('--dry-run', 'change nothing, tell what would go and what would stay')
    .option('--force', 'do not ask')
    .addOption(json())
    .addOption(datadir())
    .action(async (options) =>
      end(await (await import('./import-ufw.ts')).importUfw(setting, { ...IMPORT, ...options })),
    )
  importing
    .command('fail2ban')
    .description(
      "take over Fail2ban's bans in force, and its past ones for bantime.increment; its database stays as it is",
    )
    .option('--database <file>', "Fail2ban's database (default: dbfile in fail2ban.conf)")
    .option('--dry-run', 'change nothing, tell what would be taken over, and what not')
    .addOption(config())
    .addOption(json())
    .addOption(socket())
    .action(async (options) =>
      end(await (await import('./import.ts')).importFail2ban(setting, { ...IMPORT, ...options })),
    )
}

function telling(program: Command, setting: Setting, end: End): void {
  const { terminal } = setting
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose completion').choices(SHELLS))
    .summary('for bash, zsh or fish')
    .description('print what completes the words of rampart, ufw and the fail2ban commands in a shell')
    .addHelpText('after', COMPLETION)
    .action(async (shell) =>
      end(
        await (await import('../completion/completion.ts')).completion(
          setting,
          shell,
          grammar(setting, () => {}),
        ),
      ),
    )

  program
    .command('__complete', { hidden: true })
    .argument('<what...>')
    .option('--from <text>', 'how the word begins', '')
    .addOption(socket())
    .action(async (what, options) => end(await (await import('../completion/offer.ts')).offer(setting, what, options)))

  program
    .command('version')
    .description('print the version')
    .action(() => {
      terminal.out(`rampart ${setting.version}\n`)
      end(0)
    })
}

function gather(word: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), word]
}

const COMPLETION = `
Where there is no package that brings it along:
  bash   echo 'source <(rampart completion bash)' >> ~/.bashrc
  zsh    echo 'source <(rampart completion zsh)' >> ~/.zshrc
         behind compinit
  fish   rampart completion fish > ~/.config/fish/conf.d/rampart.fish`
