import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discover } from '../../src/config/discover.ts'
import { fakeWorld } from '../../src/world/fake.ts'

interface Row {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** Days since the files were written. */
  readonly age?: number
  readonly found: Readonly<Record<string, string>>
  readonly left: Readonly<Record<string, RegExp>>
}

const NGINX = '/etc/nginx/nginx.conf'
const NGINX_JAILS = ['nginx-4xx', 'nginx-bad-request', 'nginx-botsearch', 'nginx-forbidden', 'nginx-http-auth']
const none = Object.fromEntries(NGINX_JAILS.map((jail) => [jail, /nginx is not installed/]))

const ROWS: readonly Row[] = [
  {
    name: 'nothing at all',
    files: {},
    found: { recidive: 'as said' },
    left: { ...none, sshd: /not installed/, ufw: /no kernel log/ },
  },
  {
    name: 'nginx with logs that are not there yet, sshd and the kernel in files',
    files: {
      [NGINX]: 'error_log /l/e; http { access_log /l/a; }',
      '/usr/sbin/sshd': '',
      '/var/log/auth.log': '',
      '/var/log/kern.log': '',
    },
    found: {
      'nginx-4xx': 'auto /l/a',
      'nginx-botsearch': 'auto /l/a',
      'nginx-http-auth': 'auto /l/e',
      sshd: 'auto /var/log/auth.log',
      ufw: 'auto /var/log/kern.log',
    },
    left: {},
  },
  {
    name: 'an access log that no filter can read, an error log that hides clients',
    files: { [NGINX]: 'error_log /l/e crit; http { log_format x "$host $remote_addr"; access_log /l/a x; }' },
    found: {},
    left: { 'nginx-4xx': /does not begin with \$remote_addr/, 'nginx-http-auth': /level crit/ },
  },
  {
    name: 'a journal alone',
    files: { '/etc/ssh/sshd_config': '', '/run/log/journal/x': '' },
    found: { sshd: 'systemd ', ufw: 'systemd ' },
    left: none,
  },
  {
    name: 'files that a gone syslog daemon left behind',
    files: { '/usr/sbin/sshd': '', '/var/log/journal/x': '', '/var/log/auth.log': '', '/var/log/ufw.log': '' },
    age: 3,
    found: { sshd: 'systemd ', ufw: 'systemd ' },
    left: {},
  },
  {
    name: 'neither journal nor file: sshd is waited for, the kernel is asked itself',
    files: { '/usr/sbin/sshd': '', '/dev/kmsg': '' },
    found: { sshd: 'auto /var/log/auth.log', ufw: 'auto /dev/kmsg' },
    left: {},
  },
]

for (const row of ROWS) {
  test(row.name, async () => {
    const world = fakeWorld()
    for (const [path, text] of Object.entries(row.files)) world.put(path, text)
    world.advance((row.age ?? 0) * 86_400_000)
    const { found, left } = await discover(world)
    for (const [jail, text] of Object.entries(row.found)) {
      assert.ok(found.has(jail), `${jail} is found`)
      const logs = found.get(jail)
      assert.equal(logs ? `${logs.backend} ${logs.paths.join()}` : 'as said', text)
    }
    for (const [jail, reason] of Object.entries(row.left)) assert.match(left.get(jail) ?? '', reason)
    assert.deepEqual(
      [...found.keys()].filter((jail) => left.has(jail)),
      [],
    )
  })
}
