import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { AS_CLASS_SOURCES, type AsClass, asClasses } from '../../src/place/as-classes.ts'

const CLASSES: readonly AsClass[] = [
  'cloud',
  'hosting',
  'research-scanner',
  'isp',
  'state-or-incumbent-isp',
  'education',
  'transit',
  'cdn',
]

const lines = /const LINES = `\n([^`]*)\n`/
  .exec(readFileSync(new URL('../../src/place/as-classes.ts', import.meta.url), 'utf8'))![1]!
  .split('\n')
  .map((line) => line.split(' | '))

test('every line has a class, an owner, a source, a date and AS numbers', () => {
  for (const [kind, owner, source, date, numbers, ...more] of lines) {
    assert.ok(CLASSES.includes(kind as AsClass), kind)
    assert.ok(owner!.trim() === owner && owner !== '')
    assert.ok(Object.keys(AS_CLASS_SOURCES).includes(source!), source)
    assert.match(date!, /^20\d\d-[01]\d-[0-3]\d$/)
    assert.match(numbers!, /^[1-9]\d{0,9}(?: [1-9]\d{0,9})*$/)
    assert.deepEqual(more, [])
  }
})

test('no AS number stands twice, and an owner has one line a class', () => {
  const numbers = lines.flatMap(([, , , , all]) => all!.split(' '))
  assert.deepEqual(
    numbers.filter((number, i) => numbers.indexOf(number) !== i),
    [],
  )
  assert.equal(asClasses().size, numbers.length)
  const owners = lines.map(([kind, owner]) => `${kind} ${owner}`)
  assert.deepEqual(
    owners.filter((owner, i) => owners.indexOf(owner) !== i),
    [],
  )
})

/** Numbers of the kinds that count most, and what they are. */
const rows: readonly (readonly [number, AsClass | undefined, string | undefined])[] = [
  [396982, 'cloud', 'Google'],
  [15169, 'cloud', 'Google'],
  [14061, 'cloud', 'DigitalOcean'],
  [398324, 'research-scanner', 'Censys'],
  [202425, 'hosting', 'IP Volume'],
  [6939, 'transit', 'Hurricane Electric'],
  [13335, 'cdn', 'Cloudflare'],
  [4134, 'state-or-incumbent-isp', 'China Telecom'],
  [20115, 'isp', 'Charter'],
  [680, 'education', 'DFN'],
  [64512, undefined, undefined],
  [0, undefined, undefined],
]

for (const [asn, kind, owner] of rows) {
  test(`AS${asn} is ${kind ?? 'unclassified'}`, () => {
    const entry = asClasses().find(asn)
    assert.deepEqual([entry?.class, entry?.owner], [kind, owner])
  })
}
