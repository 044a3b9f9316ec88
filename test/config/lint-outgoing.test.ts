/** What a host needs while UFW lets nothing out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outgoingRule } from '../../src/config/lint/outgoing-rule.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const DENY = { '/etc/default/ufw': 'IPV6=yes\nDEFAULT_OUTPUT_POLICY="DROP"\n', '/etc/ufw/ufw.conf': 'ENABLED=yes\n' }

/** As UFW writes a rule. */
const tuple = (words: string) => `### tuple ### ${words}\n-A ufw-user-output -j ACCEPT\n`
const NEEDED = tuple('allow udp 53 0.0.0.0/0 any 0.0.0.0/0 out') + tuple('allow udp 123 0.0.0.0/0 any 0.0.0.0/0 out')
const DNS = tuple('allow any 53 0.0.0.0/0 any 0.0.0.0/0 out') + tuple('allow udp 123 0.0.0.0/0 any 0.0.0.0/0 out')

const ROWS: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  ['nothing where everything may go out', { '/etc/default/ufw': 'DEFAULT_OUTPUT_POLICY="ACCEPT"\n' }, []],
  ['nothing where UFW is off', { ...DENY, '/etc/ufw/ufw.conf': 'ENABLED=no\n' }, []],
  ['names and the time', DENY, ['ufw allow out 53/udp', 'ufw allow out 53/tcp', 'ufw allow out 123/udp']],
  ['names by TCP, where only UDP is allowed', { ...DENY, '/etc/ufw/user.rules': NEEDED }, ['ufw allow out 53/tcp']],
  ['a rule for both protocols', { ...DENY, '/etc/ufw/user.rules': DNS }, []],
  [
    'a rule on one interface, and one that is denied',
    {
      ...DENY,
      '/etc/ufw/user.rules':
        tuple('allow any 53 0.0.0.0/0 any 0.0.0.0/0 out_eth0') + tuple('deny udp 123 0.0.0.0/0 any 0.0.0.0/0 out'),
    },
    ['ufw allow out 123/udp'],
  ],
  [
    'rules for what comes in allow nothing out',
    { ...DENY, '/etc/ufw/user.rules': DNS.replaceAll(' out', ' in') },
    ['ufw allow out 53/udp', 'ufw allow out 53/tcp', 'ufw allow out 123/udp'],
  ],
  [
    'a range of ports',
    { ...DENY, '/etc/ufw/user.rules': tuple('allow udp 50:130 0.0.0.0/0 any 0.0.0.0/0 out') },
    ['ufw allow out 53/tcp'],
  ],
  ['updates', { ...DENY, '/etc/ufw/user.rules': DNS, '/etc/apt/sources.list': '' }, ['ufw allow out 80,443/tcp']],
  ['mail', { ...DENY, '/etc/ufw/user.rules': DNS, '/etc/postfix/main.cf': '' }, ['ufw allow out 587/tcp']],
]

for (const [name, files, expected] of ROWS) {
  test(name, () => {
    const world = fakeWorld()
    for (const [path, text] of Object.entries(files)) world.put(path, text)
    const findings = outgoingRule(world, [])
    assert.deepEqual(
      findings.map(({ write }) => write),
      expected,
    )
    for (const { at } of findings) assert.deepEqual(at, { file: '/etc/default/ufw', line: 2 })
  })
}
