/** ufw(8): what `ufw help` says, and what is more than that. */
import { readHelp } from '../grammar/help-text.ts'
import { HELP } from '../ufw/help.ts'
import { helpBlocks } from './help-blocks.ts'
import { type Page, pageOf, prose, type Release } from './page.ts'
import { bold, item, roff, section, subsection, usage, verbatim } from './roff.ts'

export function ufwPage(release: Release): Page {
  const help = readHelp(HELP)
  const body = [
    section('DESCRIPTION'),
    prose(ABOUT),
    section('COMMANDS'),
    helpBlocks(help.blocks),
    section('RULES'),
    prose(RULES),
    ...CLAUSES.map(([clause, told]) => item(usage(clause), roff(told))),
    prose(ORDER),
    section('EXAMPLES'),
    ...EXAMPLES.flatMap(([told, commands]) => [prose(told), verbatim(commands)]),
    section('BEYOND UFW'),
    ...BEYOND.map(([name, told]) => `${subsection(name)}${prose(told)}`),
    section('EXIT STATUS'),
    prose('0 where it was done or nothing was to do; 1 where something is wrong, which stands on standard error.'),
    section('FILES'),
    ...FILES.map(([path, told]) => item(bold(path), roff(told))),
  ].join('')
  return pageOf(
    {
      name: 'ufw',
      section: 8,
      summary: 'keep the firewall of this host, in the words of UFW',
      synopsis: [`ufw ${help.usage}`],
      body,
      also: [
        ['rampart', 8],
        ['rampart-firewall', 8],
        ['rampart-list', 8],
        ['nft', 8],
      ],
    },
    release,
  )
}

const ABOUT = `
This ufw is Rampart's. It takes the commands of UFW 0.36.2, answers in its words, and keeps its files, so that either program can go on
where the other left off. What is different: rules are one table of nftables, "inet rampart", and a change of them is one transaction. It
comes into force whole or not at all, and no packet meets half of it; open connections stay.

Rules count from the moment the firewall is enabled. As long as it is not, they are kept in its files.
`

const RULES = `
A rule names what is let in or refused. The short form is a port, a service of /etc/services or a profile, for what comes in from anywhere:
22, 80,443/tcp, 6000:6010/udp, ssh, "Nginx Full". The long form is made of clauses in any order; one that is not there means any.
`

const CLAUSES: readonly (readonly [string, string])[] = [
  ['in | out', 'What comes to this host, or leaves it. Without it: what comes in.'],
  [
    'in on INTERFACE, out on INTERFACE',
    'Through this interface alone. Behind route both may stand: packets from one to the other.',
  ],
  [
    'log | log-all',
    'Log new connections that the rule decides, or all of its packets. It stands behind the direction.',
  ],
  ['proto PROTOCOL', 'tcp, udp, ah, esp, gre, igmp or ipv6. The last five have no ports.'],
  [
    'from ADDRESS, to ADDRESS',
    'any, an address, a network such as 192.0.2.0/24, or list:NAME for a list of rampart-list(8).',
  ],
  [
    'port PORT',
    'Behind from or to: a port, several (80,443), a range (6000:6010), or a service. Ranges and several need a protocol.',
  ],
  ['app PROFILE', 'In place of a port: the ports of a profile.'],
  ['comment TEXT', 'A note, which status shows. It stands last.'],
]

const ORDER = `
The first rule that fits decides. Rules are asked in their order, and before all of them come bans, then before.rules; what no rule names
is for the policies that default sets. A rule without an address is made twice, for IPv4 and for IPv6, as long as IPV6 is yes in
/etc/default/ufw. To take a rule away, say it again behind delete, or give its number in "ufw status numbered".
`

const EXAMPLES: readonly (readonly [string, string])[] = [
  [
    'A web server that is administered by ssh: let both in, and switch the firewall on.',
    'ufw allow 80,443/tcp\nufw limit ssh\nufw enable',
  ],
  [
    'One network may reach the database, nobody else; and one address nothing at all, before any other rule.',
    'ufw allow from 192.0.2.0/24 to any port 5432 proto tcp comment apps\nufw prepend deny from 198.51.100.7',
  ],
  [
    'What this host passes on from one interface to another; and what does not leave it.',
    'ufw route allow in on eth1 out on eth0 to 203.0.113.80 port 443\nufw reject out 25/tcp',
  ],
  ['Look, and take the third rule away.', 'ufw status numbered\nufw delete 3'],
  [
    'Try a change that may lock you out: without "ufw confirm" within a minute all is as before.',
    'ufw --rollback 60 default deny incoming\nufw confirm',
  ],
]

const BEYOND: readonly (readonly [string, string])[] = [
  [
    'Being locked out',
    'A change that would cut the connection that it is made over is told before, and asked about at a terminal. --rollback SECONDS takes any change back by itself.',
  ],
  [
    'Containers',
    'Ports that containers publish obey the rules as those of this host do, by the port that the client asked for.',
  ],
  [
    'For programs',
    '--json with status, show and app prints names that stay the same. The guard is not needed for any of it.',
  ],
  [
    'The firewall as a whole',
    'rampart-firewall(8) writes all rules to a file, shows what such a file would change, applies it at once, and goes back to what was before. "rampart why in tcp 443 from 192.0.2.7" tells which rule decides a packet.',
  ],
]

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/default/ufw', 'Policies, IPv6, what is loaded beside.'],
  ['/etc/ufw/ufw.conf', 'Whether the firewall is enabled, and the level of its log.'],
  ['/etc/ufw/user.rules, /etc/ufw/user6.rules', 'The rules, as UFW keeps them.'],
  [
    '/etc/ufw/before.rules, /etc/ufw/after.rules',
    'What is asked before and behind them, in the words of iptables-restore; before6.rules and after6.rules for IPv6.',
  ],
  ['/etc/ufw/applications.d', 'Profiles of programs.'],
  ['/etc/ufw/sysctl.conf', 'Settings of the kernel that come with the firewall.'],
]
