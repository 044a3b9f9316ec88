/**
 * Random files → settings or Faults, never another exception, and parse(print(x)) = x.
 * Run: `runtime/node fuzz/ini.ts [SECONDS] [SEED]`; prints the seed, and the files that broke it.
 */
import assert from 'node:assert/strict'
import { parseIni, printIni } from '../src/config/ini.ts'
import { parseReference, splitList } from '../src/config/list.ts'
import { loadConfiguration } from '../src/config/load-configuration.ts'
import { parseNginx } from '../src/config/nginx-syntax.ts'
import { fakeWorld } from '../src/world/fake.ts'
import { random } from './random.ts'
import { onlyFaults, rounds } from './rounds.ts'

const PIECES = [
  ...[
    '\n',
    '\n',
    '\n  ',
    '\n\t',
    '\r',
    ' ',
    ' ;',
    '#',
    ';',
    '=',
    ':',
    '[',
    ']',
    '"',
    "'",
    ',',
    '%',
    '%%',
    '%(',
    ')s',
    '<',
    '>',
    '/',
    '?',
    '\\',
    '{',
    '}',
    '$',
  ],
  ...[
    '[a]',
    '[b]',
    '[DEFAULT]',
    '[INCLUDES]',
    '[Definition]',
    '[Init]',
    '[Init?family=inet6]',
    'enabled = true',
    'before = jail.conf',
    'after=b.local',
  ],
  ...[
    'filter = f[x="%(y)s"]',
    'action = ufw g[x=1]',
    'failregex = ^<HOST> <x>',
    'x = <y>',
    'y = %(x)s',
    'x = %(known/x)s',
    '%(a/x)s',
    '<known/x>',
    '<a_<x>>',
  ],
  ...[
    'maxretry',
    'bantime = 1h',
    'port = http,22',
    'logpath = /x*',
    'logpath=/l tail',
    'ignorecache = key="a"',
    '\u00e9',
    '\u2028',
    '\u0000',
    '\ufeff',
    'server',
    'listen 80;',
  ],
]

/** One round with its own seed. @throws AssertionError, or whatever broke out */
export function fuzzIni(seed: number): void {
  const next = random(seed)
  const text = () =>
    Array.from({ length: Math.floor(next() * 60) }, () => PIECES[Math.floor(next() * PIECES.length)]).join('')
  const ini = text()
  const file = parseIni(ini, 'f')
  const again = parseIni(printIni(file), 'f')
  assert.deepEqual(again.faults, [], `printing gave faults: ${JSON.stringify(ini)}`)
  assert.deepEqual(texts(again), texts(file), `parse(print(x)) differs: ${JSON.stringify(ini)}`)
  parseNginx(text(), 'f')
  onlyFaults(() => splitList(text()).map(parseReference))
  const world = fakeWorld()
  for (const path of ['jail.conf', 'jail.local', 'filter.d/f.conf', 'action.d/g.conf', 'fail2ban.conf', 'b.local']) {
    world.put(`/c/${path}`, text())
  }
  const { jails } = loadConfiguration(world, ['/c'], { found: () => true })
  assert.ok(Array.isArray(jails))
}

function texts({ sections }: ReturnType<typeof parseIni>): unknown {
  return [...sections].map(([name, { options }]) => [name, [...options].map(([key, { text }]) => [key, text])])
}

if (import.meta.main) rounds(fuzzIni)
