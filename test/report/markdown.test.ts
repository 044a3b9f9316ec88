import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coded, plain } from '../../src/report/markdown/escape.ts'
import { markdown } from '../../src/report/markdown/markdown.ts'
import { fixture } from './fixture.ts'
import { tableOf } from './golden.ts'

/** Text from outside, and as it stands in a cell. */
const rows: readonly (readonly [string, string, string])[] = [
  ['a pipe ends no cell', 'a|b', 'a\\|b'],
  ['HTML is text', '<b>&amp;', '\\<b\\>&amp;amp;'],
  ['a link is none', '[x](http://y)', '\\[x\\](http:<!-- -->//y)'],
  ['nor is an address', 'www.example.org', 'www.<!-- -->example.org'],
  ['nobody is mentioned', '@admin #12 # 1', '@<!-- -->admin #<!-- -->12 # 1'],
  ['emphasis and code are none', '*a* _b_ `c` ~~d~~', '\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~'],
  ['a backslash is one', 'a\\|b', 'a\\\\\\|b'],
  ['formulas are none', '$x$', '&#36;x&#36;'],
  ['lines stay one line', 'a\nb\u202e', 'a\\\\x0ab\\\\u{202e}'],
]

for (const [name, text, expected] of rows) test(`in Markdown ${name}`, () => assert.equal(plain(text), expected))

const codes: readonly (readonly [string, string, string])[] = [
  ['text', '/a', '`/a`'],
  ['a pipe', '/a|b', '`/a\\|b`'],
  ['backticks', 'a`b``c', '``` a`b``c ```'],
  ['blanks at the ends', ' a ', '`  a  `'],
  ['nothing', '', '` `'],
  ['markup', '<b>@x', '`<b>@x`'],
]

for (const [name, text, expected] of codes)
  test(`as code ${name} is ${expected}`, () => assert.equal(coded(text), expected))

test('every row of a table has as many cells as its head', () => {
  const lines = markdown(
    fixture({
      paths: tableOf('path', [
        ['a|b`c', 'a|b`c', 3],
        ['', 'unknown', 1],
      ]),
    }),
  ).split('\n')
  let cells = 0
  for (const line of lines) {
    const of = line.startsWith('|') ? line.replaceAll('\\|', '').split('|').length : 0
    assert.ok(of === 0 || cells === 0 || of === cells, line)
    cells = of
  }
})

test('it says what the page says', () => {
  const text = markdown(fixture())
  for (const figure of [
    '| 1 | United States | US | 1\u202f055 | 40.2\u202f% |',
    '| 402 | cities |',
    '**Known scanners.** 170 of the',
    '| 1 | Google LLC | AS396982 | 590 |',
    '### nginx-4xx: 1\u202f400 addresses',
    '[IP Geolocation by DB-IP](https://db-ip.com)',
  ])
    assert.ok(text.includes(figure), figure)
})
