/** The map: every country that was counted is seen, coloured by its count, or told below. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shades } from '../../src/chart/shades.ts'
import { svg } from '../../src/chart/svg.ts'
import { worldMap } from '../../src/chart/world-map.ts'
import { WORLD_DOTS, WORLD_SHAPES } from '../../src/chart/world-shapes.ts'
import { collisions, texts } from './drawn.ts'
import { golden } from './golden.ts'

const COUNTRIES = new Map(golden('country').map(({ label, count }) => [label, count]))

test('all 65 countries of the table are on the map, each in the shade of its count', () => {
  const drawn = svg(worldMap({ title: 'Map', unit: 'addresses', counts: COUNTRIES }))
  const { of, colour } = shades([...COUNTRIES.values()])
  for (const [code, count] of COUNTRIES) {
    const found = [
      ...drawn.matchAll(new RegExp(`<(?:path|circle) class="rc-(?:land|dot) rc-q(\\d)" data-code="${code}"`, 'g')),
    ]
    assert.ok(found.length > 0, code)
    for (const [, shade] of found) assert.equal(Number(shade), colour(of(count)), code)
  }
  assert.doesNotMatch(drawn, /Not on the map/)
})

test('the 47 bans of Hong Kong, Singapore, Guam and Cabo Verde are seen as dots', () => {
  const small = ['HK', 'SG', 'GU', 'CV']
  assert.equal(
    small.reduce((sum, code) => sum + COUNTRIES.get(code)!, 0),
    47,
  )
  const drawn = svg(worldMap({ title: 'Map', unit: 'addresses', counts: COUNTRIES }))
  for (const code of small)
    assert.match(
      drawn,
      new RegExp(`<circle class="rc-dot rc-q\\d" data-code="${code}" cx="[\\d.]+" cy="[\\d.]+" r="4"`),
    )
})

test('every code of ISO 3166-1 has a shape or a dot, but for what nobody lives in', () => {
  const names = new Intl.DisplayNames('en', { type: 'region' })
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => names.of(code) !== code)
  // Withdrawn codes, unions and what is reserved: Node knows names for them, too.
  const none =
    'AC AN AQ BU CP CQ CS CT DD DG DY EA EU EZ FQ FX HM HV IC JT MI NH NQ NT PC PU PZ QO RH SU TA TP UK UM UN VD WK XA XB YD YU ZR ZZ'
  const missing = codes.filter((code) => !(code in WORLD_SHAPES) && !(code in WORLD_DOTS))
  assert.deepEqual(
    missing.filter((code) => !none.split(' ').includes(code)),
    [],
  )
})

test('what is on no map, and what is of no country, is told', () => {
  const counts = new Map([
    ['EU', 3],
    ['US', 5],
    ['', 2],
    ['constructor', 1],
  ])
  const drawn = svg(worldMap({ title: 'Map', unit: 'addresses', counts, unknown: 9 }))
  const words = texts(drawn).map(({ text }) => text)
  assert.ok(words.includes('Not on the map: EU 3, (blank) 2, constructor 1'), words.join('\n'))
  assert.ok(words.includes('Of no known country: 9 addresses'))
})

for (const [name, counts] of [
  ['the table', COUNTRIES],
  ['one country', new Map([['FR', 1]])],
  ['nobody', new Map()],
  ['every dot', new Map(Object.keys(WORLD_DOTS).map((code, i) => [code, i * i]))],
  ['millions', new Map([...COUNTRIES].map(([code, count]) => [code, count * 1e6]))],
] as const) {
  for (const width of [320, 960]) {
    test(`${name}, ${width} wide: no label leaves the picture or meets another`, () => {
      const drawn = svg(worldMap({ title: 'Map', unit: 'addresses', counts }, width))
      assert.deepEqual(collisions(drawn), [])
      assert.doesNotMatch(drawn, /NaN|undefined|Infinity/)
    })
  }
}

test('dots that would hide each other are moved apart', () => {
  const drawn = svg(
    worldMap({
      title: 'Map',
      unit: 'addresses',
      counts: new Map([
        ['HK', 1],
        ['MO', 1],
      ]),
    }),
  )
  const [a, b] = [...drawn.matchAll(/data-code="\w\w" cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ])
  assert.ok(Math.hypot(a![0]! - b![0]!, a![1]! - b![1]!) > 5)
})

const SHADES: readonly (readonly [name: string, counts: readonly number[], bounds: string])[] = [
  ['few counts have a shade each', [7, 1, 7, 3], '1-1 3-3 7-7'],
  ['the last bound is the highest count', [...COUNTRIES.values()], '1-3 4-10 11-30 31-100 101-300 301-1055'],
  ['small counts have steps of one', [1, 2, 3, 4, 5, 6, 7], '1-1 2-2 3-3 4-4 5-5 6-7'],
  ['nothing has no shades', [0], ''],
]

for (const [name, counts, bounds] of SHADES) {
  test(name, () =>
    assert.equal(
      shades(counts)
        .bounds.map((bound) => bound.join('-'))
        .join(' '),
      bounds,
    ),
  )
}
