/** docs/faults.md and the tree name the same tests. With RAMPART_UPDATE=1 the document is written anew from the tree. */
import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

const DOCUMENT = 'docs/faults.md'
const OWN = 'test/faults/list.test.ts'

/** By id, each `FILE TITLE`, in the order of files and lines. */
type Tests = ReadonlyMap<string, readonly string[]>

test('every test that the list of faults names exists, and every test of a fault is named', () => {
  const tests = inTree()
  if (process.env['RAMPART_UPDATE']) writeFileSync(DOCUMENT, updated(readFileSync(DOCUMENT, 'utf8'), tests))
  const rows = new Map(rowsOf(readFileSync(DOCUMENT, 'utf8')).map((row) => [row.id, row]))
  const homeless = [...tests.keys()].filter((id) => !rows.has(id))
  assert.deepEqual(homeless, [], 'ids without a row')
  for (const [id, { named, state }] of rows) {
    assert.deepEqual(named, tests.get(id) ?? [], `${id} in ${DOCUMENT} and in test/`)
    if (named.length === 0) assert.match(state, /^(?:not yet|later|see )/, `${id} has no test`)
    else assert.doesNotMatch(state, /^later/, `${id} has a test`)
  }
})

/** Literals that begin with an id: titles, or what titles begin with. Parts that vary are `…`. */
function inTree(): Tests {
  const tests = new Map<string, string[]>()
  for (const file of globSync('test/**/*.test.ts').sort()) {
    if (file === OWN) continue
    for (const [, , literal] of readFileSync(file, 'utf8').matchAll(/(['"`])([RTF]\d\d (?:\\.|(?!\1).)*)\1/g)) {
      const title = literal!.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '…').replace(/\\(.)/g, '$1')
      const id = title.slice(0, 3)
      const known = tests.get(id) ?? []
      const entry = `${file} ${title.slice(4)}`
      if (!known.includes(entry)) tests.set(id, [...known, entry])
    }
  }
  return tests
}

interface Row {
  readonly id: string
  readonly named: readonly string[]
  readonly state: string
}

const ROW = /^\| ([RTF]\d\d) \|(.*)\|$/

function rowsOf(markdown: string): Row[] {
  return markdown.split('\n').flatMap((line) => {
    const [, id, rest] = ROW.exec(line) ?? []
    if (id === undefined) return []
    const cells = cellsOf(rest!)
    return [{ id, named: namedIn(cells[2]!), state: cells[3]! }]
  })
}

function cellsOf(row: string): string[] {
  return row.split(/(?<!\\)\|/).map((cell) => cell.trim())
}

/** `` `FILE`<br>· TITLE<br>· TITLE<br>`FILE` `` ... */
function namedIn(cell: string): string[] {
  let file = ''
  return cell.split('<br>').flatMap((part) => {
    if (part.startsWith('· ')) return [`${file} ${unescaped(part.slice(2))}`]
    file = part.replaceAll('`', '')
    return []
  })
}

function updated(markdown: string, tests: Tests): string {
  return markdown
    .split('\n')
    .map((line) => {
      const [, id, rest] = ROW.exec(line) ?? []
      if (id === undefined) return line
      const [done, hold, , state, theirs] = cellsOf(rest!)
      const named = tests.get(id) ?? []
      const holds = named.length > 0 && state === 'not yet' ? 'holds' : state
      return `| ${[id, done, hold, cellOf(named), holds, theirs].join(' | ')} |`
    })
    .join('\n')
}

function cellOf(named: readonly string[]): string {
  let last = ''
  const parts = named.flatMap((entry) => {
    const [file, title] = [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]
    const head = file === last ? [] : [`\`${file}\``]
    last = file
    return [...head, `· ${escaped(title)}`]
  })
  return parts.join('<br>')
}

function escaped(title: string): string {
  return title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '\\|')
}

function unescaped(text: string): string {
  return text.replaceAll('\\|', '|').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
