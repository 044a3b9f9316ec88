/** Several folders, what a jail comes to, and which jails run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printPorts } from '../../src/base/ports.ts'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import { loadFilter } from '../../src/config/load-filter.ts'
import { readLayers } from '../../src/config/read-layers.ts'
import type { Configuration } from '../../src/config/settings.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const FOLDERS = ['/stock', '/etc/fail2ban', '/etc/rampart']

type Files = Readonly<Record<string, string>>

function worldOf(files: Files) {
  const world = fakeWorld()
  for (const [path, text] of Object.entries(files)) world.put(path, text)
  return world
}

const LAYERS: readonly (readonly [string, Files, string])[] = [
  [
    'the .conf of the last folder that has it',
    { '/stock/jail.conf': '[a]\nx=1\ny=1', '/etc/fail2ban/jail.conf': '[a]\nx=2' },
    'x=2',
  ],
  [
    '.d and .local of every folder, folder by folder',
    {
      '/stock/jail.conf': '[a]\nx=1\ny=1\nz=1\nw=1',
      '/etc/fail2ban/jail.local': '[a]\nx=2\ny=2\nz=2',
      '/etc/fail2ban/jail.d/b.local': '[a]\nz=3',
      '/etc/fail2ban/jail.d/a.conf': '[a]\nx=0',
      '/etc/fail2ban/jail.d/.hidden.conf': '[a]\nw=0',
      '/etc/fail2ban/jail.d/c.txt': '[a]\nw=0',
      '/etc/rampart/jail.d/a.conf': '[a]\ny=4',
    },
    'x=2 y=4 z=3 w=1',
  ],
  [
    'an include beside the file, else where another folder has it',
    {
      '/etc/fail2ban/jail.conf': '[INCLUDES]\nbefore = p.conf\n  q.conf\nafter = r.local\n[a]\nx=1',
      '/etc/fail2ban/p.conf': '[a]\ny=own',
      '/stock/p.conf': '[a]\ny=stock',
      '/stock/q.conf': '[a]\nz=stock',
      '/etc/rampart/q.local': '[a]\nz=mine',
    },
    'x=1 y=own z=mine',
  ],
  [
    'befores, then the file, then afters, each with its .local',
    {
      '/stock/jail.conf': '[INCLUDES]\nbefore = b.conf\nafter = c.conf\n[a]\nx=f\ny=f',
      '/stock/b.conf': '[a]\nx=b\ny=b\nz=b',
      '/stock/b.local': '[a]\nz=bl',
      '/stock/c.conf': '[a]\ny=c\nw=c',
      '/stock/c.local': '[a]\nw=cl',
    },
    'x=f y=c z=bl w=cl',
  ],
  ['a circle of includes', { '/stock/jail.conf': '[INCLUDES]\nbefore=jail.conf\n[a]\nx=1' }, 'x=1'],
]

for (const [name, files, text] of LAYERS) {
  test(`layers: ${name}`, () => {
    const options = readLayers(worldOf(files), FOLDERS, 'jail')!.sections.get('a')!.options
    const found = ['x', 'y', 'z', 'w'].flatMap((key) => (options.has(key) ? [`${key}=${options.get(key)!.text}`] : []))
    assert.equal(found.join(' '), text)
  })
}

const STOCK = '[DEFAULT]\nenabled=false\n[a]\n[b]\n[c]\n'
const CHOICES: readonly (readonly [string, Files, string])[] = [
  ['what was found', { '/stock/jail.conf': STOCK }, 'a b'],
  [
    'only what the admin switched on',
    { '/stock/jail.conf': STOCK, '/etc/fail2ban/jail.local': '[c]\nenabled=true' },
    'c',
  ],
  [
    'what was found, but what the admin switched off',
    { '/stock/jail.conf': STOCK, '/etc/rampart/jail.local': '[b]\nenabled=no' },
    'a',
  ],
  ["the admin's own jail.conf alone", { '/stock/jail.conf': STOCK, '/etc/fail2ban/jail.conf': '[d]\nenabled=1' }, 'd'],
]
for (const [name, files, jails] of CHOICES) {
  test(`runs ${name}`, () => {
    const read = loadConfiguration(worldOf(files), FOLDERS, { found: (name) => name === 'a' || name === 'b' })
    assert.deepEqual(read.faults, [])
    assert.equal(names(read), jails)
  })
}

test('without a choice exactly the enabled jails run', () => {
  assert.equal(names(loadConfiguration(worldOf({ '/stock/jail.conf': `${STOCK}[d]\nenabled=on` }), FOLDERS, {})), 'd')
})

test('what was found takes the place of the section', () => {
  const world = worldOf({
    '/stock/jail.conf': '[a]\nfilter=f\nlogpath=/x\n',
    '/stock/filter.d/f.conf': '[Definition]\nfailregex=<logtype>',
  })
  const choose = { found: () => true, logs: () => ({ backend: 'systemd' as const, paths: [] }) }
  const [jail] = loadConfiguration(world, FOLDERS, choose).jails
  assert.deepEqual([jail?.backend, jail?.logs, jail?.filter.failregex], ['systemd', [], ['journal']])
})

const OWN_LOGS: readonly (readonly [string, string, readonly string[]])[] = [
  ['switched on by the admin, reads what was found', '[a]\nenabled=true\n', ['/found']],
  ["with the admin's own logpath, reads that", '[a]\nenabled=true\nlogpath=/own\n', ['/own']],
]
for (const [name, local, paths] of OWN_LOGS) {
  test(`a stock jail ${name}`, () => {
    const world = worldOf({ '/stock/jail.conf': '[a]\nlogpath=/stock\n', '/etc/rampart/jail.local': local })
    const choose = { found: () => false, logs: () => ({ backend: 'auto' as const, paths: ['/found'] }) }
    const [jail] = loadConfiguration(world, FOLDERS, choose).jails
    assert.deepEqual(
      jail?.logs.map(({ path }) => path),
      paths,
    )
  })
}

test('an `enabled` that says neither yes nor no is a fault with its place', () => {
  const files = { '/stock/jail.conf': STOCK, '/etc/rampart/jail.local': '[a]\nenabled=yess\n' }
  const { faults } = loadConfiguration(worldOf(files), FOLDERS, { found: () => true })
  assert.deepEqual(
    faults.map(({ code, at }) => [code, at]),
    [['config.bad-value', { file: '/etc/rampart/jail.local', line: 2 }]],
  )
})

test('a maxretry below 1 is told, and the default holds', () => {
  const files = { '/stock/jail.conf': '[a]\nenabled=true\nfailregex=<HOST>\nmaxretry=-3\n' }
  const { jails, warnings } = loadConfiguration(worldOf(files), ['/stock'], {})
  assert.deepEqual([jails[0]?.options.maxretry, warnings[0]?.code], [3, 'config.bad-value'])
})

const SCOPES: readonly (readonly [string, string])[] = [
  ['ufw', 'all all unreachable'],
  ['ufw[blocktype=deny]', 'all all drop'],
  ['nftables-multiport[port="http,https"]', 'tcp 80,443 drop'],
  ['nftables-multiport[port="http,https", blocktype=reject]', 'tcp 80,443 reject'],
  ['iptables-multiport[port=ssh, protocol=udp]', 'udp 22 drop'],
  ['iptables[port=8000:8010, protocol="tcp,udp"]', 'all 8000-8010 drop'],
  ['nftables-allports[protocol=tcp, port=1]', 'tcp all drop'],
  ['iptables-multiport[port=0:65535]', 'tcp all drop'],
  ['nftables[port=22,protocol=icmp]', 'all all drop'],
  ['ufw nftables[port=22]', 'all all drop'],
  ['nftables[port=22] nftables[port=23,actname=x]', 'tcp 22-23 drop'],
  ['route', 'all all drop'],
  ['route[blocktype=blackhole]', 'all all drop'],
  ['ipset[port="80,443"]', 'tcp 80,443 drop'],
  ['mine', 'none, runs mine'],
  ['mine nftables[port=22]', 'tcp 22 drop, runs mine'],
  ['x.py[a=1] mine', 'none, runs mine'],
  ['y.py', 'none'],
  ['iptables-changed', 'none, runs iptables-changed'],
]
for (const [action, scope] of SCOPES) {
  test(`${action} means ${scope}`, () => {
    const world = worldOf({
      '/stock/jail.conf': `[a]\nenabled=true\naction=${action}\n`,
      '/stock/action.d/mine.conf': '[Definition]\nactionban = x <ip>\n',
      '/stock/action.d/iptables-changed.conf': '[Definition]\nactionban = iptables -I <ip>\n',
      '/etc/rampart/action.d/iptables-changed.local': '[Definition]\nactionban = mail me\n',
    })
    const read = loadConfiguration(world, FOLDERS, {})
    assert.deepEqual(read.faults, [])
    const { scope: found, actions } = read.jails[0]!
    const runs = actions.map(({ name }) => name).join()
    const text = found ? `${found.protocol} ${printPorts(found.ports)} ${found.verdict}` : 'none'
    assert.equal(runs ? `${text}, runs ${runs}` : text, scope)
  })
}

test('faults of all files and jails come at once, with place and hint, and the other jails stand', () => {
  const read = loadConfiguration(
    worldOf({
      '/stock/fail2ban.conf': '[Definition]\ndbpurgeage = soon\n',
      '/stock/jail.conf':
        '[DEFAULT]\nenabled=true\nmaxretyr=3\n[good]\n[bad1]\nbantime = 1x\nfindtime = 1q\nport = nosuch\naction = ufw[\n  nftables[port=nosuch]\n[bad2]\nfilter = f\nlogpath = /a b c\n[bad3]\nmaxretry = many\nignoreip 1.2.3.4\n',
      '/stock/filter.d/f.conf': '[Definition]\nfailregex = %(x)s\n',
    }),
    ['/stock'],
    {},
  )
  assert.equal(names(read), 'good')
  const told = read.faults.map(({ code, at, hint }) => `${code} ${at?.file}:${at?.line}${hint ? '' : ' no hint'}`)
  assert.deepEqual(told.sort(), [
    'config.bad-logpath /stock/jail.conf:13',
    'config.bad-parameters /stock/jail.conf:9',
    'config.not-an-option /stock/jail.conf:16',
    'config.unknown-key /stock/filter.d/f.conf:2',
    'duration.bad /stock/fail2ban.conf:2',
    'duration.bad /stock/jail.conf:6',
    'duration.bad /stock/jail.conf:7',
    'ports.unknown-name /stock/jail.conf:9',
  ])
  assert.deepEqual(read.warnings.map(({ code, hint }) => `${code}: ${hint}`).slice(0, 1), [
    'config.unknown-option: did you mean maxretry?',
  ])
})

test('settings survive JSON', () => {
  const files = {
    '/stock/jail.conf': '[a]\nenabled=true\naction=ufw mine\n',
    '/stock/action.d/mine.conf': '[Definition]\nactionban=x\n',
  }
  const { jails } = loadConfiguration(worldOf(files), ['/stock'], {})
  assert.equal(JSON.stringify(JSON.parse(JSON.stringify(jails))), JSON.stringify(jails))
})

test('a file that is not UTF-8 is skipped with a warning', () => {
  const world = worldOf({ '/stock/jail.conf': '[a]\nenabled=true\nmaxretry=2' })
  world.put('/stock/jail.local', new Uint8Array([...'[a]\nmaxretry=7\nx='].map((c) => c.charCodeAt(0)).concat(0xe9)))
  const { jails, faults, warnings } = loadConfiguration(world, ['/stock'], {})
  assert.deepEqual([jails[0]?.options.maxretry, faults.length, warnings[0]?.code], [2, 0, 'config.not-utf8'])
})

test('a broken option of [DEFAULT] that the filter uses is told', () => {
  const files = {
    '/stock/jail.conf': '[a]\nenabled=true\nfilter=f',
    '/stock/filter.d/f.conf': '[DEFAULT]\nignoreregex=%(x)s\n[Definition]\nfailregex=y',
  }
  assert.deepEqual(
    loadConfiguration(worldOf(files), ['/stock'], {}).faults.map(({ code }) => code),
    ['config.unknown-key'],
  )
  assert.throws(() => loadFilter(worldOf(files), ['/stock'], 'f'), { code: 'config.unknown-key' })
})

test('tags that grow without end are refused', () => {
  const options = Array.from({ length: 30 }, (_, i) => `x${i} = <x${i + 1}><x${i + 1}>`).join('\n')
  const world = worldOf({ '/stock/filter.d/f.conf': `[Definition]\nfailregex = <x0>\n${options}\nx30 = boom\n` })
  assert.throws(() => loadFilter(world, ['/stock'], 'f'), { code: 'config.too-long' })
})

test('syslog files that are not there are the journal, where there is one', () => {
  const files = {
    '/stock/jail.conf':
      '[DEFAULT]\nenabled=true\n[a]\nlogpath=/var/log/auth.log\n[b]\nlogpath=/var/log/nginx/error.log\n',
  }
  const backends = (more: Files) =>
    loadConfiguration(worldOf({ ...files, ...more }), ['/stock'], {}).jails.map(({ backend }) => backend)
  assert.deepEqual(backends({}), ['auto', 'auto'])
  assert.deepEqual(backends({ '/run/log/journal/x': '' }), ['systemd', 'auto'])
  assert.deepEqual(backends({ '/run/log/journal/x': '', '/var/log/auth.log': '' }), ['auto', 'auto'])
})

function names({ jails }: Configuration): string {
  return jails.map(({ name }) => name).join(' ')
}

const BLAMED: readonly (readonly [sentence: string, files: Files, told: string])[] = [
  [
    'a port is blamed where it was set, not where the action names it',
    {
      '/stock/jail.conf': '[DEFAULT]\naction = nftables[port="%(port)s"]\n[a]\nenabled=1\n',
      '/etc/rampart/jail.local': '[a]\nport = foo\n',
    },
    'ports.unknown-name /etc/rampart/jail.local:2',
  ],
  [
    'a misspelt option of a filter',
    {
      '/stock/jail.conf': '[a]\nenabled=1\nfilter=f\n',
      '/stock/filter.d/f.conf': '[Definition]\nfailregex=<own>\nown=1\nignorregex=2\n',
    },
    'config.unknown-option /stock/filter.d/f.conf:4 ignoreregex',
  ],
  [
    'a misspelt option of an action, and what its jail gives it',
    {
      '/stock/jail.conf': '[a]\nenabled=1\nfailregex=x\naction=c[tokn=1, port=2]\n',
      '/stock/action.d/c.conf': '[Definition]\nactionban=<token>\nactionunbann=<lt_<token>>\nlt_5=6\n',
    },
    'config.unknown-option /stock/action.d/c.conf:3 actionunban, config.unknown-option /stock/jail.conf:4 token',
  ],
  [
    'a misspelt option of fail2ban.conf',
    { '/stock/jail.conf': '', '/stock/fail2ban.conf': '[Definition]\ndbpurgage=1d\nx=%(y)s\ny=1\n' },
    'config.unknown-option /stock/fail2ban.conf:2 dbpurgeage, config.unknown-option /stock/fail2ban.conf:3',
  ],
]
for (const [sentence, files, told] of BLAMED) {
  test(`tells of ${sentence}`, () => {
    const { faults, warnings } = loadConfiguration(worldOf(files), FOLDERS, {})
    const lines = [...faults, ...warnings].map(
      ({ code, at, hint }) => `${code} ${at?.file}:${at?.line} ${/did you mean ([^?]+)/.exec(hint ?? '')?.[1] ?? ''}`,
    )
    assert.equal(
      lines
        .filter((line) => !line.startsWith('config.no-failregex'))
        .map((line) => line.trim())
        .join(', '),
      told,
    )
  })
}
