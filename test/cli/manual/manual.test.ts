/** The manual says what --help says, of every command and option there is; what reads such pages finds nothing wrong with them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fail2banSpots } from '../../../src/cli/completion/fail2ban-spots.ts'
import { ufwSpots } from '../../../src/cli/completion/ufw-spots.ts'
import { HELP as CLIENT_HELP } from '../../../src/cli/fail2ban-client/help.ts'
import { GRAMMAR as CLIENT_OPTIONS } from '../../../src/cli/fail2ban-client/options.ts'
import { COMMANDS, GOT, GROWTH, OF_SERVER, SET } from '../../../src/cli/fail2ban-client/words.ts'
import { HELP as REGEX_HELP } from '../../../src/cli/fail2ban-regex/help.ts'
import { OPTIONS as REGEX_OPTIONS } from '../../../src/cli/fail2ban-regex/options.ts'
import type { Grammar } from '../../../src/cli/grammar/grammar.ts'
import { optionsOf, readHelp } from '../../../src/cli/grammar/help-text.ts'
import { grammarOf } from '../../../src/cli/grammar/of-commander.ts'
import { type Page, pageOf } from '../../../src/cli/manual/page.ts'
import { pages } from '../../../src/cli/manual/pages.ts'
import { item, paragraph, roff, section, verbatim } from '../../../src/cli/manual/roff.ts'
import { HELP as UFW_HELP } from '../../../src/cli/ufw/help.ts'
import { parseSentence } from '../../../src/cli/ufw/sentence.ts'
import { JAIL_NAMES } from '../../../src/config/known-options.ts'
import { SET_ACTIONS } from '../../../src/control/fail2ban/jail/set-actions.ts'
import { SET_EXPRESSIONS } from '../../../src/control/fail2ban/jail/set-expressions.ts'
import { SET_LISTS } from '../../../src/control/fail2ban/jail/set-lists.ts'
import { setterOf } from '../../../src/control/fail2ban/jail/setters.ts'
import { PARSER } from '../completion/shells.ts'

const RELEASE = { version: '1.2.3', date: '2026-11-23' }
const GRAMMAR = grammarOf(PARSER)
const PAGES = pages(PARSER, RELEASE)

/** What a person reads, on one line. */
function readable({ text }: Page): string {
  return text
    .replace(/^\.(?:SH|SS) /gm, '')
    .replace(/^\.[A-Z]{2}\b.*$/gm, '')
    .replace(/\\f[BIR]|\\&/g, '')
    .replace(/\\\(aq/g, "'")
    .replace(/\\\(ga/g, '`')
    .replace(/\\\(ha/g, '^')
    .replace(/\\\(ti/g, '~')
    .replace(/\\\(dq/g, '"')
    .replace(/\\-/g, '-')
    .replace(/\\e/g, '\\')
    .replace(/\s+/g, ' ')
}

function pageNamed(name: string): Page {
  const found = PAGES.find((page) => page.name === name)
  assert.ok(found, `there is no page ${name}`)
  return found
}

for (const grammar of commandsBelow(GRAMMAR)) {
  test(`${grammar.name} is in the manual, with its options and arguments`, () => {
    const family = GRAMMAR.commands.flatMap(({ members }) => members).find((one) => isBelow(grammar, one))
    const page = pageNamed(family && family.commands.length > 0 ? family.name.replaceAll(' ', '-') : 'rampart')
    const text = readable(page).toLowerCase()
    for (const told of [
      grammar.name,
      grammar.description,
      ...grammar.options.flatMap((one) => [...one.names, one.told]),
    ])
      assert.ok(text.includes(told.toLowerCase()), `${page.name}: ${told}`)
    for (const { told } of grammar.arguments) assert.ok(text.includes(told.toLowerCase()), `${page.name}: ${told}`)
  })
}

function isBelow({ name }: Grammar, family: Grammar): boolean {
  return name === family.name || name.startsWith(`${family.name} `)
}

/** But for help, and the options that only tell of it. */
function commandsBelow(grammar: Grammar): readonly Grammar[] {
  const members = grammar.commands.flatMap(({ members }) => members).filter(({ name }) => !name.endsWith(' help'))
  const options = grammar.options.filter(({ names }) => !names.includes('--help'))
  return [{ ...grammar, options }, ...members.flatMap(commandsBelow)]
}

test("every option of Fail2ban's commands is in their help, and so in their pages", () => {
  const helped = optionsOf(readHelp(CLIENT_HELP)).flatMap(({ names }) => names)
  const short = Object.keys(CLIENT_OPTIONS.short).map((letter) => `-${letter}`)
  const long = Object.keys(CLIENT_OPTIONS.long).map((name) => `--${name}`)
  // For our own unit alone.
  const known = [...short, ...long].filter((name) => name !== '--choose')
  assert.deepEqual([...new Set(helped)].sort(), known.sort())
  const regex = REGEX_OPTIONS.flatMap(({ short, long }) => [...(short ? [`-${short}`] : []), ...long])
  const helpedByRegex = optionsOf(readHelp(REGEX_HELP)).flatMap(({ names }) => names)
  assert.deepEqual(helpedByRegex.sort(), regex.sort())
  for (const [name, options] of [
    ['fail2ban-client', helped],
    ['fail2ban-server', helped],
    ['fail2ban-regex', helpedByRegex],
  ] as const) {
    const text = readable(pageNamed(name))
    for (const option of options) assert.ok(text.includes(option), `${name}: ${option}`)
  }
})

test('every word of fail2ban-client is in its page and its completion, and is one', () => {
  const words = [COMMANDS, OF_SERVER, GOT, SET, GROWTH].flat()
  const text = readable(pageNamed('fail2ban-client'))
  const offered = fail2banSpots('fail2ban-client').flatMap(({ words }) => words.map(({ word }) => word))
  for (const { word, told } of words) {
    assert.ok(text.includes(told), told)
    assert.ok(offered.includes(word), word)
  }
  const atOnce = ['banip', 'unbanip', 'attempt']
  for (const { word } of [...SET, ...GROWTH]) assert.ok(atOnce.includes(word) || setterOf(word), word)
  for (const word of [SET_LISTS, SET_EXPRESSIONS, SET_ACTIONS].flatMap(Object.keys)) {
    assert.ok(
      SET.some((one) => one.word === word),
      word,
    )
  }
})

test('every command of ufw that completion offers is one, and every one that help names is offered', () => {
  const [spot] = ufwSpots()
  const vocabulary = { services: () => undefined, profiles: () => new Map(), ipv6: true }
  const behind: Readonly<Record<string, string>> = {
    default: 'deny',
    logging: 'low',
    show: 'added',
    app: 'list',
    route: 'allow in on eth0',
    prepend: 'allow 22',
    insert: '1 allow 22',
    delete: '1',
    '--dry-run': 'status',
    '--force': 'reset',
    '--json': 'status',
    '--rollback': '60 enable',
    ...Object.fromEntries(['allow', 'deny', 'reject', 'limit'].map((action) => [action, '22'])),
  }
  for (const { word } of spot!.words) parseSentence(`${word} ${behind[word] ?? ''}`.trim().split(' '), vocabulary)
  const text = readable(pageNamed('ufw'))
  for (const { word } of spot!.words.filter(({ word }) => !['--version', '--help'].includes(word)))
    assert.match(text, new RegExp(`(?:^|[ |,])${word}\\b`), word)
})

test('jail.conf(5) names every option of a jail', () => {
  const text = readable(pageNamed('jail.conf'))
  for (const name of JAIL_NAMES) assert.match(text, new RegExp(`(?:^|[ ,])${name}[ ,]`), name)
})

test('every page that another one names is there, or is not ours', () => {
  for (const { text } of PAGES)
    for (const [, name, section] of text.matchAll(/\\fB([\w\\.-]+)\\fR\((\d)\)/g)) {
      const plain = name!.replaceAll('\\-', '-')
      if (plain !== 'nft') assert.equal(pageNamed(plain).section, Number(section), plain)
    }
})

/** Lines that roff would obey, or print as something else. */
const NASTY = [
  '.SH not a heading',
  "'br",
  '\\fBnot bold\\fR \\n(.x \\$1 \\\\',
  'option --long-one, `quoted` "twice" ^caret ~tilde',
  '.\\" no comment',
  ' .set in',
  "it's",
  '\\',
]

test('text is nothing but text, however it looks', { skip: has('mandoc') }, () => {
  const body = `${section('DESCRIPTION')}${verbatim(NASTY.join('\n'))}${NASTY.map((text) => `${paragraph(roff(text))}${item(roff(text), roff(text))}`).join('')}`
  const { text } = pageOf({ name: 'x', section: 1, summary: 'x', synopsis: [], body, also: [] }, RELEASE)
  const lines = run('mandoc', ['-T', 'ascii', '-O', 'width=200'], text).replace(/.\x08/g, '').split('\n')
  for (const one of NASTY) assert.ok(lines.filter((line) => line.trim() === one.trim()).length >= 2, one)
})

for (const page of PAGES) {
  test(`${page.name}(${page.section}) is sound: mandoc and groff say nothing of it`, { skip: has('mandoc') }, () => {
    assert.equal(run('mandoc', ['-T', 'lint', '-W', 'style'], page.text), '')
    if (has('groff')) return
    assert.equal(run('groff', ['-man', '-ww', '-z', '-Tutf8'], page.text), '')
  })
}

test('help fits a screen of 80 columns: nothing in it is wider', () => {
  for (const parser of parsersBelow(PARSER)) {
    const help = parser.createHelp()
    help.helpWidth = 80
    const after = grammarOf(parser).after
    const wide = `${help.formatHelp(parser, help)}\n${after}`.split('\n').filter((line) => line.length > 80)
    assert.deepEqual(wide, [], parser.name())
  }
  for (const text of [UFW_HELP, CLIENT_HELP, REGEX_HELP])
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 80),
      [],
    )
})

function parsersBelow(parser: typeof PARSER): readonly (typeof PARSER)[] {
  return [parser, ...parser.commands.flatMap((one) => parsersBelow(one))]
}

test('no page has a line that is cut at 80 columns', { skip: has('mandoc') }, () => {
  for (const page of PAGES) {
    const lines = run('mandoc', ['-T', 'ascii', '-O', 'width=80'], page.text).replace(/.\x08/g, '').split('\n')
    const wide = lines.filter((line) => line.length > 80)
    assert.deepEqual(wide, [], page.name)
  }
})

/** false, or why not. */
function has(program: string): string | false {
  return spawnSync(program, ['-V'], { input: '' }).error ? `${program} is not installed` : false
}

/** What it says, wherever it says it. */
function run(program: string, words: readonly string[], input: string): string {
  const { stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8' })
  return stdout + stderr
}
