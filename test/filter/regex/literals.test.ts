import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Literals, literals } from '../../../src/filter/regex/literals.ts'
import { parse } from '../../../src/filter/regex/parse.ts'

type Words = Omit<Literals, 'also'>

const ROWS: readonly [name: string, pattern: string, expected: Words | undefined][] = [
  ['the rarest of several texts is taken', '^\\S+ - .* " 404 .* bad probe', one(' bad probe')],
  ['a text that is in every line is a poor one', 'HTTP/1\\.1" 404 ', one('HTTP/1.1" 404 ')],
  ['all branches count', 'x(?:wp-login|xmlrpc)\\.php', both('xwp-login.php', 'xxmlrpc.php')],
  ['a branch without any makes the choice worthless', '(?:wp-login|\\d+)', undefined],
  ['small sets are spelled out', '[Ii]nvalid probe', both('Invalid probe', 'invalid probe')],
  ['large sets end a text', 'probe[a-z]strange', one('strange')],
  ['an optional text may be missing', 'https?://evil', both('https://evil', 'http://evil')],
  ['a loop that may be passed over requires nothing', '(?:probe)*', undefined],
  ['a loop begins and ends with its turn', 'x(?:probe)+y', one('xprobe')],
  ['a counted repeat of a text is spelled out', '(?:ab){3}', one('ababab')],
  ['groups and atomic groups count as what they hold', '(?P<x>pro)(?>be)', one('probe')],
  ['anchors take no room', '^pro\\bbe$', one('probe')],
  ['a lookahead demands its text', '(?=.*probe).*', one('probe')],
  ['a negative lookahead demands none', '(?!probe)\\w', undefined],
  ['a lookbehind demands its text', '(?<=probe)\\w', one('probe')],
  ['both branches of a condition count', '(x)?(?(1)probe|strange)', both('probe', 'strange')],
  ['a reference ends a text', '(?P<q>["\'])probe(?P=q)', both('"probe', "'probe")],
  ['under (?i) they are in lower case', '(?i)WP-LOGON', { any: ['wp-logon'], ignoreCase: true }],
  ['under (?i) letters that Python folds to i, k, s are texts too', '(?i)Sik', folded('sik', 'İ', 'ı', '\u212a', 'ſ')],
  ['under (?i) letters beyond ASCII end a text', '(?i)müprobe', { any: ['probe'], ignoreCase: true }],
  ['a part under (?i) makes the whole so', 'A(?i:b)cd', { any: ['abcd'], ignoreCase: true }],
  ['letters beyond ASCII are texts as they are', 'Müprobe', one('Müprobe')],
  ['newlines end a text, since the raw line has none', 'probe\\nx', one('probe')],
  ['what stands for bytes that were no UTF-8 ends a text', 'probe\ufffdx', one('probe')],
  ['a text that holds another one of them adds nothing', '(?:x?probe|y)z', both('probez', 'yz')],
  ['nothing is required by nothing', '', undefined],
]

for (const [name, pattern, expected] of ROWS) {
  test(name, () => {
    const { also, ...first } = literals(parse(pattern).root) ?? {}
    assert.deepEqual(expected && first, expected)
    if (!expected) assert.equal(also, undefined)
  })
}

const SETS: readonly [name: string, pattern: string, expected: readonly Words[]][] = [
  ['a text further on is required as well', 'attack .* probe', ['attack ', ' probe'].map(one)],
  ['so is what one branch or the other demands', '(?:attack|evil) .* probe', [one(' probe'), both('attack ', 'evil ')]],
  ['and what a lookahead demands', '(?=.*attack).* probe', ['attack', ' probe'].map(one)],
  ['what ordinary lines hold is not worth a search', 'HTTP/1\\.1.* probe', [one(' probe')]],
  ['a usual word among others is no harm', 'attack .* (?:mail|probe)', [one('attack '), both(' mail', ' probe')]],
  ['a text within another set tells nothing new', '(?=.*probe).* probe', [one(' probe')]],
]

for (const [name, pattern, expected] of SETS) {
  test(name, () => {
    const { also = [], ...first } = literals(parse(pattern).root)!
    assert.deepEqual([first, ...also], expected)
  })
}

test('there are never more than five sets', () => {
  assert.equal(literals(parse('probing.attack.breach.intrude.exploit.inject').root)?.also.length, 4)
})

test('there are never more than 256 in a set', () => {
  const words = Array.from({ length: 257 }, (_, index) => `probe${index}x`)
  assert.equal(literals(parse(words.join('|')).root), undefined)
  assert.equal(literals(parse(words.slice(1).join('|')).root)?.any.length, 256)
})

test('nested repeats are no trap', () => {
  const nested = `${'(?:'.repeat(90)}ab${'){4}'.repeat(90)}`
  assert.equal(literals(parse(nested).root)?.any.length, 1)
})

function one(text: string): Words {
  return both(text)
}

function both(...any: readonly string[]): Words {
  return { any, ignoreCase: false }
}

function folded(...any: readonly string[]): Words {
  return { any, ignoreCase: true }
}
