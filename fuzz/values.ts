/**
 * Random values → what they mean or Faults, never another exception: durations, lists, parameters, quoted words, `%(x)s`,
 * tags, patterns of paths. Run: `runtime/node fuzz/values.ts [SECONDS] [SEED]`; prints the seed that broke it.
 */
import assert from 'node:assert/strict'
import { exactDuration } from '../src/base/duration.ts'
import { commandStream } from '../src/config/commands/command-stream.ts'
import { shellWords } from '../src/config/commands/shell-words.ts'
import { expandGlob } from '../src/config/glob.ts'
import { parseIni } from '../src/config/ini.ts'
import { readValue } from '../src/config/interpolate.ts'
import { parseParameters, parseReference, splitList } from '../src/config/list.ts'
import { substituteTags } from '../src/config/tags.ts'
import { fakeWorld } from '../src/world/fake.ts'
import { random } from './random.ts'
import { onlyFaults, rounds } from './rounds.ts'

const PIECES = [
  ...[
    'a',
    'b',
    'x',
    'Y',
    '1',
    '02',
    '3.5',
    '.',
    '_',
    ' ',
    ' ',
    '\n',
    '\n  ',
    '\t',
    '\u00a0',
    '\u2028',
    '\u0000',
    'é',
    '😀',
  ],
  ...[
    '+',
    '-',
    '*',
    '/',
    '//',
    '%',
    '**',
    '(',
    ')',
    'h',
    'mo',
    ' days',
    '# c',
    '[',
    ']',
    '[',
    ']',
    '=',
    'x=',
    '"',
    "'",
    ',',
  ],
  ...[
    '"v"',
    "'w'",
    'a[x=1]',
    '][',
    '\\',
    '%%',
    '%(',
    ')s',
    '%(a)s',
    '%(b)s',
    '%(x/a)s',
    '%(known/a)s',
    '%(default/b)s',
  ],
  ...[
    '<',
    '>',
    '<a>',
    '<b>',
    '<a_<b>>',
    '<known/a>',
    '<HOST>',
    '?',
    '/',
    '*',
    '[!',
    '..',
    ' ;',
    '[Definition]\n',
    '\na = ',
  ],
]

/** One round with its own seed. @throws AssertionError, or whatever broke out */
export function fuzzValues(seed: number): void {
  const next = random(seed)
  const below = (end: number) => Math.floor(next() * end)
  const text = (most = 30) => Array.from({ length: below(most) }, () => PIECES[below(PIECES.length)]).join('')
  const list = text()
  onlyFaults(() => exactDuration(text(12)))
  onlyFaults(() => parseParameters(list))
  for (const word of splitList(list)) onlyFaults(() => parseReference(word))
  assert.equal(bare(splitList(list).join('')), bare(list), 'a list is its words and the blanks between')
  onlyFaults(() => shellWords(list))
  const { sections } = parseIni(`[x]\na=${text()}\nb=${text()}\n[y]\na=${text()}\n`, 'f')
  const layered = {
    sections,
    defaults: sections.get('y')!.options,
    former: new Map([['x', sections.get('y')!.options]]),
  }
  onlyFaults(() => readValue({ layered }, 'x', 'a'))
  const tags = new Map([text(4), 'a', 'b', 'a_1'].map((name) => [name, text(8)]))
  onlyFaults(() => substituteTags('a', text(), (name) => tags.get(name), undefined))
  const world = fakeWorld()
  for (const path of ['jail.conf', 'jail.local', 'filter.d/a.conf', 'action.d/a.conf', 'fail2ban.conf']) {
    world.put(`/c/${path}`, ini(text))
  }
  assert.ok(Array.isArray(expandGlob(world.files, text())))
  assert.ok(Array.isArray(commandStream(world, ['/c'], {}).faults))
}

function ini(text: (most?: number) => string): string {
  return `[a]\nenabled = 1\nfilter = a\naction = a\n[Definition]\nfailregex = ${text()}\nactionban = ${text()}\n[Init]\na = ${text(6)}\nb = ${text(6)}\n${text(6)}`
}

function bare(text: string): string {
  return text.replace(/[\s\x1c-\x1f\x85]/g, '')
}

if (import.meta.main) rounds(fuzzValues)
