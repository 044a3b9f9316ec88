import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carefully } from '../../../src/engine/reader/carefully.ts'

const LONG = 'x'.repeat(3000)

/** What is matched, in order, and what was told of it before: `piece` or `line`. */
const rows: readonly {
  readonly name: string
  readonly chunk: string
  readonly suspects?: readonly string[]
  readonly leftOut?: readonly string[]
  readonly matched: readonly string[]
}[] = [
  { name: 'what is short is one piece', chunk: 'a\nb\nc\n', matched: ['piece a\nb\nc\n'] },
  { name: 'a last line without its end is a piece', chunk: 'a\nb', matched: ['piece a\n', 'piece b'] },
  {
    name: 'a piece holds whole lines',
    chunk: `a\n${LONG}\n${LONG}\nb\n`,
    matched: [`piece a\n${LONG}\n`, `piece ${LONG}\nb\n`],
  },
  {
    name: 'a line longer than a piece is one',
    chunk: `${LONG}${LONG}\na\n`,
    matched: [`piece ${LONG}${LONG}\n`, 'piece a\n'],
  },
  {
    name: 'a piece that ended a reader is taken line by line, but for the line that did',
    chunk: 'a\nb\nc\n',
    suspects: ['a\nb\nc\n'],
    leftOut: ['b\n'],
    matched: ['line a\n', 'line c\n'],
  },
  { name: 'nothing is nothing', chunk: '', matched: [] },
]

for (const { name, chunk, suspects = [], leftOut = [], matched } of rows) {
  test(name, () => {
    const seen: string[] = []
    let told = ''
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
    const { lines } = carefully(
      Buffer.from(chunk),
      (bytes) => {
        assert.ok(told.endsWith(text(bytes)))
        seen.push(told)
        return { lines: 1, failures: [], faults: [] }
      },
      {
        suspects: new Set(suspects),
        leftOut: new Set(leftOut),
        digest: text,
        begins: (digest, isLine) => {
          told = digest === undefined ? '' : `${isLine ? 'line' : 'piece'} ${digest}`
        },
      },
    )
    assert.deepEqual(seen, matched)
    assert.equal(lines, matched.length)
    assert.equal(told, '', 'at last nothing is about to be matched')
  })
}
