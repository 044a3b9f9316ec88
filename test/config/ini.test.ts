import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIni, printIni } from '../../src/config/ini.ts'

const ROWS: readonly (readonly [string, string, Readonly<Record<string, Readonly<Record<string, string>>>>])[] = [
  ['an option with =', '[a]\nx = 1\n', { a: { x: '1' } }],
  ['an option with :', '[a]\nx: 1 = 2 : 3\n', { a: { x: '1 = 2 : 3' } }],
  ['option names become lower case, section names do not', '[Aa]\nXy=1\n', { Aa: { xy: '1' } }],
  ['# and ; at the start of a line begin a comment', '# c\n; c\n[a]\n  # c\nx=1\n', { a: { x: '1' } }],
  [
    'a comment behind a value needs a blank and ;',
    '[a]\nx = a;b ;c\ny = a # b\nz = 1\t;c\n',
    { a: { x: 'a;b', y: 'a # b', z: '1' } },
  ],
  ['a value that is only a comment is empty', '[a]\nx = ;c\ny =;c\n', { a: { x: '', y: ';c' } }],
  ['deeper lines continue a value', '[a]\nx = 1\n  2\n   3\n', { a: { x: '1\n2\n3' } }],
  ['empty lines stay inside a value and go at its end', '[a]\nx = 1\n\n\n  2\n\n', { a: { x: '1\n\n\n2' } }],
  ['a comment inside a value is dropped with its line', '[a]\nx = 1\n# c\n  ; c\n  2 ; c\n', { a: { x: '1\n2' } }],
  ['a comment of the second kind leaves no empty line', '[a]\nx = 1\n ;\n\n  2\n', { a: { x: '1\n\n2' } }],
  ['depth is counted from the option', '[a]\n x = 1\n y=2\n  z:3\n', { a: { x: '1', y: '2\nz:3' } }],
  ['an indented [b] continues a value', '[a]\nx = 1\n  [b]\n', { a: { x: '1\n[b]' } }],
  ['what follows a section name is ignored', '[a] b\nx=1\n', { a: { x: '1' } }],
  ['a section name ends at the last bracket', '[a]b]\nx=1\n', { 'a]b': { x: '1' } }],
  ['a value may begin on the next line', '[a]\nx =\n  1\n  2\n', { a: { x: '\n1\n2' } }],
  ['CR and CR LF end lines too', '[a]\r\nx = 1\ry = 2\r\n', { a: { x: '1', y: '2' } }],
  ['[DEFAULT] may stand twice', '[DEFAULT]\nx=1\n[a]\n[DEFAULT]\ny=2\n', { DEFAULT: { x: '1', y: '2' }, a: {} }],
  ['U+2028 is no end of a line', '[a]\nx = 1\u2028y = 2\n', { a: { x: '1\u2028y = 2' } }],
]

for (const [name, text, sections] of ROWS) {
  test(name, () => {
    const file = parseIni(text, 'f')
    assert.deepEqual(file.faults, [])
    assert.deepEqual(plain(file.sections), sections)
    assert.deepEqual(plain(parseIni(printIni(file), 'g').sections), sections, 'parse(print(x)) = x')
  })
}

const FAULTS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a line that is neither option nor section',
    '[a]\nx\n[b\ny=1\n',
    ['config.not-an-option 2 a', 'config.not-an-option 3 a'],
  ],
  ['an option without a name', '[a]\n= 1\n', ['config.not-an-option 2 a']],
  ['an option twice in one file', '[a]\nX=1\nx=2\n', ['config.twice 3 a']],
  ['a section twice in one file', '[a]\n[a]\n', ['config.twice 2 a']],
  ['an option twice in [DEFAULT]', '[DEFAULT]\nx=1\n[DEFAULT]\nx=1\n', ['config.twice 4 DEFAULT']],
  ['an option before the first section', 'x=1\ny=2\n[a]\n', ['config.no-section 1 undefined']],
  ['a byte order mark', '\ufeff[a]\nx=1\n', ['config.no-section 1 undefined']],
  [
    'all of them at once',
    '[a]\nx\nx=1\nx=2\n[a]\n',
    ['config.not-an-option 2 a', 'config.twice 4 a', 'config.twice 5 a'],
  ],
]

for (const [name, text, faults] of FAULTS) {
  test(`at fault: ${name}`, () => {
    const found = parseIni(text, 'f').faults.map(({ section, fault }) => `${fault.code} ${fault.at?.line} ${section}`)
    assert.deepEqual(found, faults)
  })
}

test('each value knows its file and line', () => {
  const { sections } = parseIni('[a]\n\nx = 1\n  2\ny = 3\n', 'jail.conf')
  assert.deepEqual(sections.get('a')!.options.get('y')!.at, { file: 'jail.conf', line: 5 })
})

test('a line of a million blanks takes no time to speak of', () => {
  assert.equal(parseIni(`[a]\nx = 1${' '.repeat(1_000_000)}y\n`, 'f').faults.length, 0)
})

function plain(sections: ReturnType<typeof parseIni>['sections']) {
  const options = (section: { readonly options: ReadonlyMap<string, { readonly text: string }> }) =>
    Object.fromEntries([...section.options].map(([name, { text }]) => [name, text]))
  return Object.fromEntries([...sections].map(([name, section]) => [name, options(section)]))
}
