/** The fuzz targets of filter/, a bounded part of what runs by hand: only a value or a Fault. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { fuzzTags } from '../../fuzz/tags.ts'

test('600 random filters give verdicts or Faults', () => {
  assert.ok((fuzzTags(600, 7).get('filter') ?? 0) > 30)
})

const PROGRAMS = ['regex.ts 400 7', 'date.ts 1500 7']
for (const words of PROGRAMS) {
  test(`fuzz/${words} ends in values and Faults`, () => {
    const [program, ...rest] = words.split(' ')
    const path = join(import.meta.dirname, '../../fuzz', program!)
    const { status, stderr } = spawnSync(process.execPath, [path, ...rest], { encoding: 'utf8', timeout: 60_000 })
    assert.equal(status, 0, stderr)
  })
}
