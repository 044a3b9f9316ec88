/** What stands in a filter's brackets and means nothing is told, with what was meant. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReference } from '../../src/config/list.ts'
import { nearest } from '../../src/config/nearest.ts'
import { readFilter } from '../../src/config/read-filter.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const FILTER = `[Definition]
mode = normal
_daemon = guard
mdre-normal = ^x <HOST>
mdre-normal-other =
mdre-aggressive = ^y <HOST>
mdre-aggressive-other =
failregex = <mdre-<mode>> <mdre-<mode>-other> <asked> %(wanted)s
wanted = yes
`

const rows: readonly [sentence: string, reference: string, expected: readonly string[]][] = [
  ['a known mode is nothing to tell', 'f[mode=aggressive]', []],
  [
    'a misspelt mode is told with all that there are',
    'f[mode=agressive]',
    ['the filter f knows no mode "agressive" | did you mean aggressive? there are: normal, aggressive'],
  ],
  [
    'a misspelt name is told with the nearest',
    'f[mod=normal]',
    ['the filter f has no option mod | did you mean mode?'],
  ],
  [
    'a name that nothing reads is told',
    'f[other=1]',
    ['the filter f has no option other | nothing in its file reads it'],
  ],
  ['names that a value asks for are known', 'f[asked=1, wanted=2, _daemon=x]', []],
  ['what every filter takes is known', 'f[logtype=journal, usedns=no, logtimezone=UTC, maxlines=2]', []],
  ['a twin for a condition is known by its name', 'f[mode?family=inet6=normal]', []],
]

for (const [sentence, reference, expected] of rows) {
  test(sentence, () => {
    const world = fakeWorld()
    world.put('/stock/filter.d/f.conf', FILTER)
    const { name, parameters } = parseReference(reference.replace('?family=inet6=', '='))
    const asked = reference.includes('?') ? new Map([['mode?family=inet6', 'normal']]) : parameters
    const { warnings } = readFilter(world, ['/stock'], { name, parameters: asked }, 'file')
    assert.deepEqual(
      warnings.map(({ message, hint }) => `${message} | ${hint}`),
      expected,
    )
  })
}

test('a name with too many wrong letters is nobody’s', () => {
  assert.equal(nearest('filter', ['failregex', 'filtr']), 'filtr')
  assert.equal(nearest('quite-another', ['failregex', 'filter']), undefined)
  assert.equal(nearest('x'.repeat(100), ['x'.repeat(99)]), undefined)
})
