/** fail2ban-client(1), fail2ban-server(1) and fail2ban-regex(1): what their `--help` says, and every command in a sentence. */
import { HELP as CLIENT_HELP } from '../fail2ban-client/help.ts'
import { COMMANDS, GOT, GROWTH, OF_SERVER, SET, type Told } from '../fail2ban-client/words.ts'
import { HELP as REGEX_HELP } from '../fail2ban-regex/help.ts'
import { type HelpBlock, readHelp } from '../grammar/help-text.ts'
import { helpBlocks } from './help-blocks.ts'
import { type Page, pageOf, prose, type Release } from './page.ts'
import { bold, item, roff, section, subsection, usage, verbatim } from './roff.ts'

export function fail2banPages(release: Release): readonly Page[] {
  return [clientPage(release), serverPage(release), regexPage(release)]
}

function clientPage(release: Release): Page {
  const help = readHelp(CLIENT_HELP)
  const body = [
    section('DESCRIPTION'),
    helpBlocks(help.blocks.filter(({ kind }) => kind === 'text').slice(0, 1)),
    prose(CLIENT),
    section('OPTIONS'),
    helpBlocks(help.blocks.filter(isOptions), () => ''),
    section('COMMANDS'),
    toldItems('', COMMANDS),
    subsection('The server: get WORD, set WORD VALUE'),
    toldItems('', OF_SERVER),
    subsection('A jail: get JAIL WORD'),
    toldItems('', [...GOT, ...GROWTH.map(({ word, told }) => ({ word, told }))]),
    subsection('A jail: set JAIL WORD VALUE'),
    toldItems('', [...SET, ...GROWTH]),
    section('EXAMPLES'),
    verbatim(CLIENT_EXAMPLES),
    section('EXIT STATUS'),
    prose('0 where it was done, 255 where something is wrong.'),
    section('FILES'),
    ...FILES.map(([path, told]) => item(bold(path), roff(told))),
  ].join('')
  return pageOf(
    {
      name: 'fail2ban-client',
      section: 1,
      summary: 'ask and steer the guard in the words of Fail2ban',
      synopsis: [`fail2ban-client ${help.usage}`],
      body,
      also: [
        ['fail2ban-server', 1],
        ['fail2ban-regex', 1],
        ['jail.conf', 5],
        ['rampart', 8],
      ],
    },
    release,
  )
}

function serverPage(release: Release): Page {
  const help = readHelp(CLIENT_HELP)
  const body = [
    section('DESCRIPTION'),
    prose(SERVER),
    section('OPTIONS'),
    helpBlocks(help.blocks.filter(isOptions), () => ''),
    section('FILES'),
    ...FILES.map(([path, told]) => item(bold(path), roff(told))),
  ].join('')
  return pageOf(
    {
      name: 'fail2ban-server',
      section: 1,
      summary: "start Rampart's guard as Fail2ban's server",
      synopsis: ['fail2ban-server [OPTIONS] [COMMAND]'],
      body,
      also: [
        ['fail2ban-client', 1],
        ['jail.conf', 5],
        ['rampart', 8],
      ],
    },
    release,
  )
}

function regexPage(release: Release): Page {
  const help = readHelp(REGEX_HELP)
  const [about, ...rest] = help.blocks
  const body = [
    section('DESCRIPTION'),
    helpBlocks([about!]),
    prose(REGEX),
    helpBlocks(rest, (heading) => section(heading.toUpperCase())),
    section('EXAMPLES'),
    verbatim(REGEX_EXAMPLES),
    section('EXIT STATUS'),
    prose(
      '0, whether lines matched or not; 2 where an option is wrong, 255 where there is no such log, filter or expression.',
    ),
  ].join('')
  return pageOf(
    {
      name: 'fail2ban-regex',
      section: 1,
      summary: 'show what a filter makes of a log',
      synopsis: [`fail2ban-regex ${help.usage}`],
      body,
      also: [
        ['fail2ban-client', 1],
        ['jail.conf', 5],
        ['rampart', 8],
      ],
    },
    release,
  )
}

function isOptions(block: HelpBlock): boolean {
  return block.kind === 'section' && block.heading === 'Options'
}

function toldItems(before: string, words: readonly Told[]): string {
  return words
    .map(({ word, follows = '', told }) => item(usage(`${before}${word} ${follows}`.trim()), roff(told)))
    .join('')
}

const CLIENT = `
Where a Fail2ban of the distribution runs instead, its server is asked in the same way. Words that are not known here go to the server as
they are.
`

const CLIENT_EXAMPLES = `fail2ban-client status sshd
fail2ban-client set sshd banip 198.51.100.7
fail2ban-client set sshd unbanip 198.51.100.7
fail2ban-client unban --all
fail2ban-client -t && fail2ban-client reload
fail2ban-client get sshd banip --with-time
fail2ban-client --str2sec 1d12h`

const SERVER = `
Without a command it starts the guard with the jails that the configuration enables, in the background unless -f is there; with a command
it does what fail2ban-client(1) does. The unit fail2ban.service starts it: "systemctl start fail2ban" is the usual way.

The guard is two processes. One keeps the firewall, the history and the sockets; the other reads the logs, as a user of its own that may
do nothing else.
`

const REGEX = `
It reads the configuration as the guard does, so that what matches here counts there. "rampart match" shows the same line by line, and with
--explain what each line was decided by.
`

const REGEX_EXAMPLES = `fail2ban-regex /var/log/auth.log sshd
fail2ban-regex systemd-journal 'sshd[mode=aggressive]'
fail2ban-regex --print-all-matched access.log nginx-botsearch
fail2ban-regex "$(tail -n 1 app.log)" '^ refused <ADDR>$'
fail2ban-regex -o ip /var/log/auth.log sshd | sort | uniq -c`

const FILES: readonly (readonly [string, string])[] = [
  [
    '/etc/fail2ban/fail2ban.conf',
    'Log, socket and history of the server; fail2ban.local beside it changes single values.',
  ],
  ['/etc/fail2ban/jail.conf', 'The jails: see jail.conf(5).'],
  ['/var/run/fail2ban/fail2ban.sock', 'Where the server answers.'],
  ['/var/log/fail2ban.log', 'The log.'],
  ['/var/lib/rampart/history.db', 'The history of bans.'],
]
