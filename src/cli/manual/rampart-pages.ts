/** rampart(8), and a page for each of its commands that has commands of its own, from the grammar. */
import type { Grammar, GrammarOption } from '../grammar/grammar.ts'
import { readHelp } from '../grammar/help-text.ts'
import { examples, helpBlocks, isExamples } from './help-blocks.ts'
import { type Page, pageOf, prose, type Release } from './page.ts'
import { below, bold, item, paragraph, reference, roff, section, subsection, usage } from './roff.ts'

export function rampartPages(grammar: Grammar, release: Release): readonly Page[] {
  const families = membersOf(grammar).filter(isFamily)
  const main = mainPage(grammar, families, release)
  return [main, ...families.map((family) => familyPage(family, release))]
}

function membersOf({ commands }: Grammar): readonly Grammar[] {
  return commands.flatMap(({ members }) => members)
}

function isFamily(grammar: Grammar): boolean {
  return membersOf(grammar).length > 0
}

export function pageName({ name }: Grammar): string {
  return name.replaceAll(' ', '-')
}

function mainPage(grammar: Grammar, families: readonly Grammar[], release: Release): Page {
  const common = commonOptions(grammar)
  const groups = grammar.commands.map(({ heading, members }) => {
    return `${subsection(heading)}${members.map((member) => commandItem(member, common)).join('')}`
  })
  const body = [
    section('DESCRIPTION'),
    prose(`${grammar.description}\n\n${ABOUT}`),
    section('COMMANDS'),
    ...groups,
    section('OPTIONS'),
    prose(
      'Each command has --help, which prints what stands here of it. These options mean the same wherever they stand:',
    ),
    ...common.map(optionItem),
    ...examplesOf(grammar),
    section('EXIT STATUS'),
    ...EXIT.map(([code, told]) => item(bold(code), roff(told))),
    section('ENVIRONMENT'),
    ...ENVIRONMENT.map(([name, told]) => item(bold(name), roff(told))),
    section('FILES'),
    ...FILES.map(([path, told]) => item(`\\fI${roff(path)}\\fR`, roff(told))),
  ].join('')
  const also = families.map((family) => [pageName(family), 8] as const)
  return pageOf(
    {
      name: 'rampart',
      section: 8,
      summary: 'guard this host: read the logs, ban who attacks',
      synopsis: [`${grammar.name} <command> [<argument>...] [<option>...]`],
      body,
      also: [...also, ['ufw', 8], ['fail2ban-client', 1], ['fail2ban-regex', 1], ['jail.conf', 5], ['nft', 8]],
    },
    release,
  )
}

function familyPage(family: Grammar, release: Release): Page {
  const members = membersOf(family)
  const own = family.options.filter((option) => !isHelp(option))
  const body = [
    section('DESCRIPTION'),
    prose(sentence(family.description)),
    ...(own.length > 0 ? own.map(optionItem) : []),
    helpBlocks(readHelp(family.after).blocks),
    section('COMMANDS'),
    ...members.filter(({ name }) => !name.endsWith(' help')).map((member) => commandItem(member, [])),
  ].join('')
  return pageOf(
    {
      name: pageName(family),
      section: 8,
      summary: family.description,
      synopsis: [
        ...(own.length > 0 ? [`${family.name} [options]`] : []),
        ...members.filter(({ name }) => !name.endsWith(' help')).map(commandLine),
      ],
      body,
      also: [
        ['rampart', 8],
        ['ufw', 8],
      ],
    },
    release,
  )
}

function commandLine({ name, usage }: Grammar): string {
  return `${name} ${usage}`.trim()
}

/** A command with its arguments and options; one with a page of its own points there. */
function commandItem(grammar: Grammar, common: readonly GrammarOption[]): string {
  const name = usage(commandLine(grammar).replace(' [options]', ''))
  if (isFamily(grammar)) {
    const names = membersOf(grammar)
      .map((member) => lastWord(member))
      .filter((word) => word !== 'help')
    const told = `${roff(sentence(grammar.description))} See ${reference(pageName(grammar), 8)}: ${names.map(bold).join(', ')}.`
    return item(name, told)
  }
  const options = grammar.options.filter((option) => !isHelp(option))
  const shared = options.filter((option) => common.some((one) => isSame(one, option)))
  const own = options.filter((option) => !shared.includes(option))
  const blocks = [
    ...grammar.arguments
      .filter(({ told }) => told !== '')
      .map(({ name, told }) => item(usage(`<${name}>`), roff(told))),
    ...own.map(optionItem),
    ...(shared.length > 0
      ? [paragraph(`Also ${shared.map(({ names }) => bold(names.at(-1)!)).join(', ')}: see OPTIONS.`)]
      : []),
    ...readHelp(grammar.after).blocks.map((block) =>
      block.kind === 'section' && isExamples(block) ? examples(block) : helpBlocks([block], boldLine),
    ),
  ]
  return `${item(name, roff(sentence(grammar.description)))}${below(blocks.join(''))}`
}

function lastWord({ name }: Grammar): string {
  return name.slice(name.lastIndexOf(' ') + 1)
}

function boldLine(text: string): string {
  return paragraph(`${roff(text)}:`)
}

function optionItem({ names, value, told }: GrammarOption): string {
  return item(usage([names.join(', '), value ?? ''].join(' ').trim()), roff(told))
}

function isHelp({ names }: GrammarOption): boolean {
  return names.includes('--help')
}

/** Those that three commands or more have in the same words. */
function commonOptions(grammar: Grammar): readonly GrammarOption[] {
  const all = [grammar, ...membersOf(grammar).filter((member) => !isFamily(member))].flatMap(({ options }) => options)
  const first = all.filter((option, index) => all.findIndex((other) => isSame(option, other)) === index)
  const often = first.filter((option) => all.filter((other) => isSame(option, other)).length >= 3)
  const own = grammar.options.filter((option) => !often.some((other) => isSame(option, other)))
  return [...own, ...often]
}

function isSame(one: GrammarOption, other: GrammarOption): boolean {
  return one.names.join() === other.names.join() && one.told === other.told && one.value === other.value
}

function examplesOf({ after }: Grammar): readonly string[] {
  const blocks = readHelp(after).blocks.filter((block) => block.kind === 'section' && isExamples(block))
  return blocks.length === 0 ? [] : [helpBlocks(blocks, () => section('EXAMPLES'))]
}

function sentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`
  return /[.:!?)]$/.test(whole) ? whole : `${whole}.`
}

const ABOUT = `
The guard, "rampart up", reads the logs of nginx, sshd and others, counts failures of each address as Fail2ban's jails say, and bans in
the kernel, by nftables. The service fail2ban.service is this guard. The other commands ask it, over a socket that is root's alone, or
look at files where it does not run.

Jails, filters and actions are Fail2ban's files; rules of the firewall are UFW's, changed by ufw(8). Whoever knows fail2ban-client(1) goes
on with it.
`

const EXIT: readonly (readonly [string, string])[] = [
  ['0', 'It was done, or all is well.'],
  ['1', 'It could not be done, or there is something to tell: the commands say what.'],
  ['2', 'The command line is wrong, or a file cannot be read.'],
]

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['RAMPART_SOCKET', 'Where the guard answers, in place of --socket.'],
  ['NO_COLOR', 'Set to anything: no colours.'],
]

const FILES: readonly (readonly [string, string])[] = [
  ['/etc/fail2ban, /etc/rampart', 'Jails, filters and actions; the later folder wins. See jail.conf(5).'],
  ['/etc/ufw, /etc/default/ufw', 'The rules of the firewall, its settings. See ufw(8).'],
  ['/var/lib/rampart/history.db', 'Bans, counts and how far each log was read.'],
  ['/var/lib/rampart/firewall, /var/lib/rampart/lists', 'What the firewall was; lists of addresses for rules.'],
  ['/run/rampart/rampart.sock', 'Where the guard answers.'],
  [
    '/usr/share/doc/rampart',
    'More to read: what is like Fail2ban and UFW and what is not, how logs and configurations are checked.',
  ],
]
