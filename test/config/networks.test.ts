/** The options of a jail that say when a whole network is banned. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const HEAD = '[a]\nenabled = true\nfailregex = ^<HOST>$\nlogpath = /log\nmaxretry = 4\nbantime = 1h\n'
const BLOCK = 'action = nftables-multiport[port="22"]\n'
const SCRIPT = 'action = mine\n'

const rows: readonly [sentence: string, given: string, networks: string, warnings: readonly string[]][] = [
  ['a jail bans networks of IPv6, and none of IPv4', BLOCK, 'ipv6=64 addresses=10 maxretry=8 bantime=3600', []],
  ['one whose bans are a script bans addresses', SCRIPT, 'addresses=10 maxretry=8 bantime=3600', []],
  ['unless it is asked for', `${SCRIPT}bannet.ipv6 = on`, 'ipv6=64 addresses=10 maxretry=8 bantime=3600', []],
  [
    'every option is heard',
    `${BLOCK}bannet.ipv4 = /28\nbannet.ipv6 = 48\nbannet.addresses = 20\nbannet.maxretry = 30\nbannet.bantime = 10m`,
    'ipv4=28 ipv6=48 addresses=20 maxretry=30 bantime=600',
    [],
  ],
  ['on is the usual width', `${BLOCK}bannet.ipv4 = yes`, 'ipv4=24 ipv6=64 addresses=10 maxretry=8 bantime=3600', []],
  ['off is off', `${BLOCK}bannet.ipv6 = off`, 'addresses=10 maxretry=8 bantime=3600', []],
  [
    'networks that are too wide, or one address, are refused where they stand',
    `${BLOCK}bannet.ipv4 = 15\nbannet.ipv6 = 128`,
    'ipv6=64 addresses=10 maxretry=8 bantime=3600',
    [
      '/stock/jail.conf:8 bannet.ipv4 = 15 is neither off nor a prefix length from 16 to 31: the default holds',
      '/stock/jail.conf:9 bannet.ipv6 = 128 is neither off nor a prefix length from 32 to 127: the default holds',
    ],
  ],
  [
    'a number of no addresses is refused, one above 256 is 256',
    `${BLOCK}bannet.addresses = 0`,
    'ipv6=64 addresses=10 maxretry=8 bantime=3600',
    ['/stock/jail.conf:8 jail a: bannet.addresses = 0 is not at least 1: the default holds'],
  ],
  [
    'no more than 256 addresses are told apart',
    `${BLOCK}bannet.addresses = 999`,
    'ipv6=64 addresses=256 maxretry=8 bantime=3600',
    [],
  ],
  [
    'a misspelt one is told',
    `${BLOCK}bannet.ipv5 = 64`,
    'ipv6=64 addresses=10 maxretry=8 bantime=3600',
    ['/stock/jail.conf:8 bannet.ipv5 in [a] is no option of a jail'],
  ],
]

for (const [sentence, given, expected, told] of rows) {
  test(sentence, () => {
    const world = fakeWorld()
    world.put('/stock/jail.conf', `${HEAD}${given}`)
    world.put('/stock/action.d/mine.conf', '[Definition]\nactionban = echo <ip>\n')
    const { jails, warnings, faults } = loadConfiguration(world, ['/stock'], {})
    assert.deepEqual(faults, [])
    const networks = Object.entries(jails[0]!.options.networks).filter(([, value]) => value !== undefined)
    assert.equal(networks.map(([name, value]) => `${name}=${value}`).join(' '), expected)
    assert.deepEqual(
      warnings.map(({ at, message }) => `${at?.file}:${at?.line} ${message}`),
      told,
    )
  })
}

test('the jail of repeat offenders bans no network for what ten who share it did', () => {
  const world = fakeWorld()
  world.put('/stock/jail.conf', `${HEAD.replace('[a]', '[recidive]')}${BLOCK}`)
  assert.equal(loadConfiguration(world, ['/stock'], {}).jails[0]!.options.networks.ipv6, undefined)
})

test('a number of bans for the whole guard is heard, and refused where it is none', () => {
  const mostOf = (text: string) => {
    const world = fakeWorld()
    world.put('/stock/jail.conf', HEAD + BLOCK)
    world.put('/stock/fail2ban.conf', `[Definition]\n${text}\n`)
    const { server, faults, warnings } = loadConfiguration(world, ['/stock'], {})
    return [server.maxbans, ...[...faults, ...warnings].map(({ at, message }) => `${at?.line} ${message}`)]
  }
  assert.deepEqual(mostOf(''), [1_000_000])
  assert.deepEqual(mostOf('maxbans = 500'), [500])
  assert.deepEqual(mostOf('maxbans = 2000000'), [
    1_000_000,
    '2 fail2ban.conf: maxbans = 2000000 is not a number from 1 to 1000000',
  ])
  assert.deepEqual(mostOf('maxbans = many'), [1_000_000, '2 fail2ban.conf: maxbans = many is not a whole number'])
})

const installed = spawnSync('fail2ban-client', ['--version']).status === 0

test('Fail2ban passes over all of them', { skip: !installed && 'Fail2ban is not installed' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-networks-'))
  const dump = (jail: string, server: string) => {
    for (const name of ['filter.d', 'action.d']) mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, 'jail.conf'), jail)
    writeFileSync(join(folder, 'fail2ban.conf'), `[Definition]\nsocket = ${folder}/s\ndbfile = None\n${server}`)
    writeFileSync(join(folder, 'action.d/mine.conf'), '[Definition]\nactionban = echo <ip>\n')
    const { status, stdout } = spawnSync('fail2ban-client', ['-c', folder, '-d'], { encoding: 'utf8' })
    return { status, stdout }
  }
  const ours = 'bannet.ipv4 = 24\nbannet.ipv6 = off\nbannet.addresses = 5\nbannet.maxretry = 9\nbannet.bantime = 1d\n'
  try {
    assert.deepEqual(dump(HEAD + SCRIPT + ours, 'maxbans = 1000\n'), dump(HEAD + SCRIPT, ''))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
