import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { continentOf, countryInSentence, countryName } from '../../src/place/country-names.ts'

const rows: readonly (readonly [string, string, string, string | undefined])[] = [
  ['US', 'United States', 'the United States', 'North America'],
  ['DZ', 'Algeria', 'Algeria', 'Africa'],
  ['VE', 'Venezuela', 'Venezuela', 'South America'],
  ['HK', 'Hong Kong', 'Hong Kong', 'Asia'],
  ['XK', 'Kosovo', 'Kosovo', 'Europe'],
  ['NL', 'Netherlands', 'the Netherlands', 'Europe'],
  ['CV', 'Cape Verde', 'Cape Verde', 'Africa'],
  ['DM', 'Dominica', 'Dominica', 'North America'],
  ['DO', 'Dominican Republic', 'the Dominican Republic', 'North America'],
  ['GU', 'Guam', 'Guam', 'Oceania'],
  ['CX', 'Christmas Island', 'Christmas Island', 'Oceania'],
  ['ZZ', 'ZZ', 'ZZ', undefined],
  ['# ', '# ', '# ', undefined],
  ['us', 'us', 'us', undefined],
  ['', '', '', undefined],
]

for (const [code, name, inSentence, continent] of rows) {
  test(`"${code}" is ${inSentence}, ${continent ?? 'nowhere'}`, () => {
    assert.deepEqual([countryName(code), countryInSentence(code), continentOf(code)], [name, inSentence, continent])
  })
}

test('each of the 249 codes of ISO 3166-1 and XK has a line, once', () => {
  const text = readFileSync(new URL('../../src/place/country-names.ts', import.meta.url), 'utf8')
  const codes = [...text.matchAll(/^([A-Z]{2}) \S/gm)].map(([, code]) => code!)
  assert.equal(codes.length, 250)
  assert.equal(new Set(codes).size, 250)
  const intl = new Intl.DisplayNames('en', { type: 'region' })
  assert.deepEqual(
    codes.filter((code) => intl.of(code) === code),
    [],
  )
})
