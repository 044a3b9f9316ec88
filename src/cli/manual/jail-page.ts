/** jail.conf(5): where the files of jails, filters and actions stand, how they are read, and what each option means. */
import { type Page, pageOf, prose, type Release } from './page.ts'
import { bold, italic, item, roff, section, subsection, verbatim } from './roff.ts'

export function jailPage(release: Release): Page {
  const body = [
    section('DESCRIPTION'),
    prose(ABOUT),
    verbatim(EXAMPLE),
    prose(AFTER),
    section('FILES'),
    ...FILES.map(([path, told]) => item(italic(path), roff(told))),
    prose(LAYERS),
    section('OPTIONS OF A JAIL'),
    ...OPTIONS.flatMap(([heading, options]) => [
      subsection(heading),
      ...options.map(([names, told]) => item(names.split(', ').map(bold).join(', '), roff(told))),
    ]),
    section('VALUES'),
    ...VALUES.map(([name, told]) => item(bold(name), roff(told))),
    section('FILTERS'),
    prose(FILTERS),
    verbatim(FILTER),
    section('ACTIONS'),
    prose(ACTIONS),
  ].join('')
  return pageOf(
    {
      name: 'jail.conf',
      section: 5,
      summary: 'jails, filters and actions: what is watched, and when it is too much',
      synopsis: [],
      body,
      also: [
        ['fail2ban-client', 1],
        ['fail2ban-regex', 1],
        ['rampart', 8],
      ],
    },
    release,
  )
}

const ABOUT = `
A jail is a section of these files: it names logs, a filter that says which of their lines are failures, how many failures are too many, and
what happens then. Section [DEFAULT] holds for all jails that say nothing else.
`

const EXAMPLE = `[DEFAULT]
ignoreip = 127.0.0.1/8 ::1 198.51.100.0/24
bantime  = 1d

[sshd]
enabled = true
mode    = aggressive

[nginx-4xx]
enabled  = true
maxretry = 20`

const AFTER = `
Write only what differs, and write it into jail.local: an update would undo what is changed in jail.conf. "fail2ban-client -t" tells faults
with file and line, "rampart config check" also what guards nobody or bans the wrong; "fail2ban-client reload" takes it over.
`

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/fail2ban/jail.conf, jail.d/*.conf, jail.local, jail.d/*.local', 'The jails, in this order: later wins.'],
  ['/etc/fail2ban/filter.d', 'Filters: NAME.conf, and NAME.local above it.'],
  ['/etc/fail2ban/action.d', 'Actions that are scripts, in the same way.'],
  ['/etc/fail2ban/fail2ban.conf', 'Log, socket and history of the server.'],
  ['/etc/rampart', 'The same files again, above those. Fail2ban does not read them.'],
]

const LAYERS = `
Rampart brings a stock of jails and filters. A file of the same name in /etc/fail2ban stands in the place of the stock one; what is missing
there comes from the stock.
`

const OPTIONS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'What is watched',
    [
      [
        'enabled',
        'Whether the jail runs. Where no jail in /etc says true, the service runs those whose program and log it finds.',
      ],
      [
        'filter',
        'The filter, perhaps with options: sshd[mode=aggressive]. Without it: the one that is called as the jail is.',
      ],
      [
        'logpath',
        'Files, with patterns; one a line. Behind a file, "tail" reads it from its end, "head" from its start.',
      ],
      ['backend', 'auto, systemd for the journal, polling for folders that tell nothing of changes; others are auto.'],
      ['journalmatch', 'Which entries of the journal: FIELD=VALUE, with + between alternatives.'],
      ['mode, logtype', 'Options of the filter that many filters have: how much counts, and how the lines begin.'],
      ['logencoding, logtimezone', 'How the log is encoded; the zone of dates that name none.'],
      [
        'skip_if_nologs, systemd_if_nologs',
        'What becomes of the jail where its log is missing. It is pending, and the log is taken up when it comes.',
      ],
    ],
  ],
  [
    'When it is too much',
    [
      ['maxretry', 'So many failures of an address ...'],
      ['findtime', '... within this time make a ban.'],
      ['failregex, ignoreregex, prefregex, datepattern, maxlines', "In place of the filter's; see FILTERS."],
      ['usedns', 'Whether names in logs are looked up: yes, warn, no, raw.'],
      ['maxmatches', 'Lines that are kept of an address, to be shown.'],
    ],
  ],
  [
    'Who is never banned',
    [
      ['ignoreip', 'Addresses, networks, host names, and file:PATH for a file of them.'],
      ['ignoreself', "This host's own addresses: true unless it says false."],
      [
        'ignorecommand, ignorecache',
        'A program that says of an address, by ending with 0, that it is ignored; how long that is remembered.',
      ],
    ],
  ],
  [
    'How long',
    [
      ['bantime', 'How long a ban lasts; a negative one lasts for ever.'],
      ['bantime.increment', 'Whether it lasts longer for who was banned before.'],
      [
        'bantime.factor, bantime.formula, bantime.multipliers',
        'By how much: times 1, 2, 4 and so on unless these say otherwise.',
      ],
      ['bantime.maxtime, bantime.rndtime', 'The longest that it gets; a random time that is added.'],
      ['bantime.overalljails', 'Whether the bans of all jails count.'],
      [
        'bannet.ipv6, bannet.ipv4',
        "Rampart's own: the prefix length of the networks whose failures count together, or off. Many addresses of one make a ban of the network.",
      ],
      [
        'bannet.addresses, bannet.maxretry, bannet.bantime',
        'How many addresses of it must have failed, how often all of them together, and how long it is banned then.',
      ],
    ],
  ],
  [
    'What happens then',
    [
      [
        'port, protocol',
        'What is closed to the address: names and numbers of ports, ranges, or all ports by banaction_allports.',
      ],
      [
        'banaction, banaction_allports, chain',
        'How. ufw, nftables and iptables all mean a ban in the kernel by Rampart itself.',
      ],
      ['action', 'What happens beside: scripts of action.d, each with its options in brackets.'],
      ['destemail, sender, mta', 'For actions that send mail.'],
    ],
  ],
]

const VALUES: readonly (readonly [string, string])[] = [
  ['Durations', 'Seconds, or numbers with units: 90, 10m, 1h, 1d12h, 2w, 1mo, 1y.'],
  ['Several', 'One a line, each further line set in; or apart by blanks or commas where no file is meant.'],
  ['%(name)s', 'The value of another option of the section, or of [DEFAULT].'],
  ['<name>', 'In filters and actions: a tag, filled in with what the jail or the ban says.'],
]

const FILTERS = `
A filter's section [Definition] has the expressions of failures, failregex, in Python's syntax, one a line. <HOST> or <ADDR> stands where
the address is looked for; the date is taken out before. What ignoreregex matches is none; what does not match prefregex is not looked at.
An expression should be anchored, so that nothing a client sends can stand where the address is looked for. Try it with fail2ban-regex(1).
`

const FILTER = `[Definition]
failregex = ^myapp\\[\\d+\\]: refused <ADDR>$
ignoreregex =`

const ACTIONS = `
An action's section [Definition] has commands for a shell: actionstart, actionban, actionunban, actionstop and others; [Init] what their tags
are where the jail does not say. What a log can put into a tag reaches the shell as quoted words, never as text of a command.
`
