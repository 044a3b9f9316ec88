/** Jails that only our jail.conf has: what of it counts where an admin wrote a jail of that name, as for Fail2ban. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import { OWN_JAILS } from '../../src/config/own-jails.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const FOLDERS = ['/stock', '/etc/fail2ban', '/etc/rampart']
const STOCK = {
  '/stock/jail.conf': `[DEFAULT]
maxretry = 5
filter = %(__name__)s
[nginx-4xx]
logpath = /stock.log
maxretry = 30
bantime = 10m
port = http
[sshd]
logpath = /stock.log
maxretry = 30
`,
  '/stock/filter.d/nginx-4xx.conf': '[Definition]\nfailregex = stock <HOST>\n',
  '/stock/filter.d/sshd.conf': '[Definition]\nfailregex = stock <HOST>\n',
}
const FILTER = '[Definition]\nfailregex = own <HOST>\n'
const DEFAULTS = '[DEFAULT]\nmaxretry = 3\nbantime = 1d\n'
const jail = (more: string, name = 'nginx-4xx') => `${DEFAULTS}[${name}]\nenabled = true\n${more}`

const ROWS: readonly (readonly [name: string, files: Readonly<Record<string, string>>, maxretry: number])[] = [
  [
    'with a filter and a log of the admin, as in Fail2ban',
    { '/etc/fail2ban/jail.local': jail('logpath = /l\n'), '/etc/fail2ban/filter.d/nginx-4xx.conf': FILTER },
    3,
  ],
  [
    'with a filter of another name',
    { '/etc/rampart/jail.local': jail('logpath = /l\nfilter = my[x=1]\n'), '/etc/fail2ban/filter.d/my.conf': FILTER },
    3,
  ],
  [
    'where a package put the stock files into /etc',
    {
      '/etc/fail2ban/jail.conf': STOCK['/stock/jail.conf'],
      '/etc/fail2ban/jail.d/custom.conf': jail('logpath = /l\n'),
      '/etc/fail2ban/filter.d/nginx-4xx.conf': FILTER,
    },
    3,
  ],
  ['with the stock filter', { '/etc/fail2ban/jail.local': jail('logpath = /l\n') }, 30],
  [
    'with the stock filter, which a package put into /etc',
    {
      '/etc/fail2ban/jail.local': jail('logpath = /l\n'),
      '/etc/fail2ban/filter.d/nginx-4xx.conf': STOCK['/stock/filter.d/nginx-4xx.conf'],
    },
    30,
  ],
  [
    'with a filter of the admin, and the stock log',
    { '/etc/fail2ban/jail.local': jail(''), '/etc/fail2ban/filter.d/nginx-4xx.conf': FILTER },
    30,
  ],
  [
    'that Fail2ban has as well',
    {
      '/etc/fail2ban/jail.local': jail('logpath = /l\n', 'sshd'),
      '/etc/fail2ban/filter.d/sshd.conf': FILTER,
    },
    30,
  ],
  [
    'where jail.conf is not ours',
    {
      '/etc/fail2ban/jail.conf': STOCK['/stock/jail.conf'].replace('30', '7'),
      '/etc/fail2ban/jail.local': jail('logpath = /l\n'),
      '/etc/fail2ban/filter.d/nginx-4xx.conf': FILTER,
    },
    7,
  ],
]
for (const [name, files, maxretry] of ROWS) {
  test(`a jail ${name}`, () => {
    const world = fakeWorld()
    for (const [path, text] of Object.entries({ ...STOCK, ...files })) world.put(path, text)
    const { jails, faults } = loadConfiguration(world, FOLDERS, {})
    assert.deepEqual(faults, [])
    assert.equal(jails[0]?.options.maxretry, maxretry)
  })
}

test('what a stock section says to its stock filter is no mistake of the admin', () => {
  const world = fakeWorld()
  const stock = '[ufw]\nlogpath = /l\nudp = no\nfilter = ufw[udp="%(udp)s"]\n'
  const files = { '/stock/jail.conf': stock, '/etc/rampart/jail.local': '[ufw]\nenabled = true\nfilter = my\n' }
  for (const [path, text] of Object.entries(files)) world.put(path, text)
  world.put('/etc/rampart/filter.d/my.conf', FILTER)
  assert.deepEqual(
    loadConfiguration(world, FOLDERS, {}).warnings.filter(({ code }) => code === 'config.unknown-option'),
    [],
  )
})

const FAIL2BAN = '/etc/fail2ban/jail.conf'

test("they are those of our jail.conf that the installed Fail2ban's has not", {
  skip: existsSync(FAIL2BAN) ? false : 'Fail2ban is not installed',
}, () => {
  const sections = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/^\[([^\]]+)\]/gm)].map(([, section]) => section!)
  const theirs = new Set(sections(FAIL2BAN))
  const ours = sections(join(import.meta.dirname, '../../config/jail.conf'))
  assert.deepEqual(ours.filter((name) => !theirs.has(name)).sort(), [...OWN_JAILS])
})
