/** Holds the import table of docs/ARCHITECTURE.md: a room imports only rooms to its right. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'

/** From left to right; rooms that share a rank never see each other. */
const RANKS: readonly (readonly string[])[] = [
  ['main'],
  ['cli', 'web', 'peer'],
  ['control'],
  ['engine'],
  ['report'],
  ['config', 'statistics'],
  ['store', 'action'],
  ['jail'],
  ['filter'],
  ['source', 'firewall', 'place', 'chart'],
  ['world'],
  ['base'],
]

/** Who may import node:*: where the program touches the machine. */
const TOUCHES_NODE = [
  /^src\/world\/real/,
  /^src\/store\/database\.ts$/,
  /^src\/control\/metrics\/(listener|scrape)\.ts$/,
  /^src\/control\/(fail2ban\/)?(socket|hold-socket|client|http|callers)\.ts$/,
  /^src\/web\/server\.ts$/,
  /^src\/peer\//,
  /^src\/filter\/regex\/worker\.ts$/,
  /^src\/filter\/regex\/limit\.ts$/,
  /^src\/(start|compiled)\.ts$/,
  /^src\/reader\.ts$/,
]

/** One importer for each package; of the command line's the grammar, which has a file for each word that is long. */
const IMPORTERS: Readonly<Record<string, RegExp>> = {
  '@resvg/resvg-js': /^src\/cli\/rampart\/chart\/png\.ts$/,
  commander: /^src\/cli\/rampart\/(command|[a-z]+\/grammar|stats\/asked-options|geo\/lookup-options)\.ts$/,
  'mmdb-lib': /^src\/place\/data\/mmdb\.ts$/,
}

const files = globSync('src/**/*.ts').sort()

test('there is a house to hold', () => assert.ok(files.length > 10))

test('docs/ARCHITECTURE.md says of every folder what it is for', () => {
  const rows = readFileSync('docs/ARCHITECTURE.md', 'utf8').split('\n')
  const names = (row: string | undefined, name: string) => row?.includes(`\`${name}/\``) === true
  const isTold = (folder: string) => {
    const above = rows.find((row) => names(row, dirname(folder)))
    return rows.some((row) => names(row, folder)) || names(above, basename(folder))
  }
  const folders = new Set(files.map((file) => relative('src', dirname(file))).filter((folder) => folder !== ''))
  assert.deepEqual(
    [...folders].filter((folder) => !isTold(folder)),
    [],
  )
})

for (const file of files) {
  test(`${file} imports only what stands to its right`, () => {
    for (const name of imports(file)) assert.equal(offence(file, name), undefined)
  })
}

test('no imports go round in a circle', () => {
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return
    assert.notEqual(state.get(file), 'open', `circle: ${[...path, file].join(' > ')}`)
    state.set(file, 'open')
    for (const name of imports(file)) if (name.startsWith('.')) visit(target(file, name), [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
})

function offence(file: string, name: string): string | undefined {
  if (name.startsWith('node:'))
    return TOUCHES_NODE.some((room) => room.test(file)) ? undefined : `${file} imports ${name}`
  if (!name.startsWith('.')) return IMPORTERS[name]?.test(file) ? undefined : `${file} imports the package ${name}`
  const [from, to] = [room(file), room(target(file, name))]
  if (from === to) return undefined
  return rank(from) < rank(to) ? undefined : `${file} (${from}) imports ${name} (${to})`
}

function rank(room: string): number {
  const found = RANKS.findIndex((rooms) => rooms.includes(room))
  assert.notEqual(found, -1, `the room ${room} is not in the table`)
  return found
}

/** The files beside the rooms (main.ts, ufw.ts, reader.ts) are the entries, and what starts them: all stand where main stands. */
function room(file: string): string {
  const [, first] = file.split('/')
  return first!.endsWith('.ts') ? 'main' : first!
}

function target(file: string, name: string): string {
  return normalize(join(dirname(file), name))
}

/** Type-only imports count: a type is declared in the room that makes its value. */
function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  return [
    ...text.matchAll(
      /^(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'|getBuiltinModule\('([^']+)'\)/gm,
    ),
  ].map((found) => (found[1] ?? found[2] ?? found[3] ?? found[4])!)
}
