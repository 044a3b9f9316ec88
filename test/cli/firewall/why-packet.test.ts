/** `rampart why in tcp 443 from 192.0.2.7`: which rule decides, and where it stands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rampart } from '../../../src/cli/rampart/command.ts'
import { parsePacketWords } from '../../../src/cli/rampart/packet-words.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

const RULES = `*filter
### RULES ###

### tuple ### allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in
-A ufw-user-input -p tcp --dport 22 -s 10.0.0.0/8 -j ACCEPT

### tuple ### nonsense
### tuple ### reject tcp 443 0.0.0.0/0 any 192.0.2.0/24 in comment=6869

### tuple ### deny udp 53 198.51.100.9 any 0.0.0.0/0 out

### tuple ### limit tcp 8022 0.0.0.0/0 any 0.0.0.0/0 in
### tuple ### limit tcp 8023 0.0.0.0/0 any 0.0.0.0/0 in comment=5b6c696d69742031302f3630735d
### tuple ### allow tcp 8080 0.0.0.0/0 any 198.51.100.0/24 in
### END RULES ###
COMMIT
`

const PUBLISHED = 'table ip nat {\n\tchain DOCKER {\n\t\ttcp dport 8080 counter dnat to 172.17.0.2:80\n\t}\n}\n'

async function why(words: string, enabled = true) {
  const fake = fakeWorld({ own: ['127.0.0.1', '203.0.113.5', '::1', '2001:db8::5'] })
  const once: typeof fake.run.once = async (argv) => ({
    ...{ code: 0, out: argv.join(' ') === 'nft -t list ruleset' ? PUBLISHED : '', err: '', timedOut: false },
  })
  const world = { ...fake, run: { ...fake.run, once } }
  world.put('/proc/self/net/route', 'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n')
  world.put('/etc/ufw/user.rules', RULES)
  world.put('/etc/ufw/user6.rules', '')
  world.put('/etc/ufw/ufw.conf', `ENABLED=${enabled ? 'yes' : 'no'}\nLOGLEVEL=low\n`)
  world.put(
    '/etc/default/ufw',
    'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\nDEFAULT_FORWARD_POLICY="DROP"\nDEFAULT_APPLICATION_POLICY="SKIP"\n',
  )
  world.put('/etc/services', 'https 443/tcp\n')
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    ...{ colour: false, columns: undefined },
  }
  const setting = {
    ...{ world, terminal, version: '0', pid: 1, isRoot: true, stockFolder: '', readerCommand: [] },
    ...{ input: async function* () {}, stopped: new Promise<string>(() => {}) },
  }
  const code = await rampart(setting, ['why', ...words.split(' '), '--socket', '/nowhere/rampart.sock'])
  return { code, out: out.join(''), err: err.join('') }
}

const ROWS: readonly (readonly [words: string, verdict: RegExp, by: RegExp])[] = [
  [
    'in tcp 443 from 192.0.2.7',
    /^in: tcp from 192\.0\.2\.7 to \S+ port 443 is rejected$/m,
    /by rule 2: ufw reject .*'hi' \(\/etc\/ufw\/user\.rules:8\)$/m,
  ],
  ['in https from 192.0.2.7 to 203.0.113.5', /is rejected$/m, /user\.rules:8\)/],
  ['in 22/tcp from 10.1.2.3', /is let through$/m, /by rule 1: .*user\.rules:4\)/],
  ['in tcp 22 from 198.51.100.1 to 203.0.113.5', /is dropped$/m, /default policy 'deny' \(\/etc\/default\/ufw\)/],
  ['in tcp 22 from 2001:db8::9', /is dropped$/m, /default policy 'deny'/],
  ['out udp 53 to 198.51.100.9', /is dropped$/m, /by rule 3: .*user\.rules:10\)/],
  [
    'in tcp 8022 from 192.0.2.1',
    /is let through\n.*rule 4.*\n {2}at first: .* more than 5 new .* within 30 s are rejected$/m,
    /rule 4/,
  ],
  [
    'in tcp 8023 from 192.0.2.1',
    /is let through\n.*rule 5.*\n {2}at first: .* more than 10 new .* within 60 s are rejected$/m,
    /rule 5/,
  ],
  [
    'in tcp 8080 from 198.51.100.1',
    /is let through\n {2}another program sends it on to 172\.17\.0\.2 port 80$/m,
    /rule 6/,
  ],
  ['in tcp 8080 from 192.0.2.1', /is dropped$/m, /default policy 'deny'/],
  ['route tcp 80 from 192.0.2.1 to 198.51.100.9', /is dropped$/m, /default policy 'deny'/],
]

for (const [words, verdict, by] of ROWS) {
  test(`why ${words}`, async () => {
    const { code, out, err } = await why(words)
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    assert.match(out, verdict)
    assert.match(out, by)
  })
}

test('without a guard the rules are told all the same, and that bans are not', async () => {
  const NO_GUARD = 'no guard is running (nothing answers on /nowhere/rampart.sock)'
  const { out } = await why('in tcp 443 from 192.0.2.7')
  assert.ok(out.endsWith(`\n  whether 192.0.2.7 is banned, only a guard can tell: ${NO_GUARD}\n`), out)
  const { bannedBy, bansUnknown } = JSON.parse((await why('in tcp 443 from 192.0.2.7 --json')).out)
  assert.deepEqual({ bannedBy, bansUnknown }, { bannedBy: null, bansUnknown: NO_GUARD })
  // What goes out no ban concerns.
  assert.doesNotMatch((await why('out udp 53 to 198.51.100.9')).out, /banned/)
})

test('of a firewall that is off it is what would be', async () => {
  assert.match((await why('in tcp 443 from 192.0.2.7', false)).out, /as it would be: the firewall is off/)
})

test('before.rules decide too, and a program reads where', async () => {
  const { out } = await why('in tcp 443 from 127.0.0.1 on lo to 127.0.0.1 --json')
  const { verdict, by } = JSON.parse(out) as { verdict: string; by: Record<string, unknown> }
  assert.equal(verdict, 'accept')
  assert.match(String(by['what']), /^chain /)
})

for (const words of [
  'in tcp 443',
  'in tcp 443 from nobody',
  'in tcp 70000 from 1.2.3.4',
  'in tcp 443 from',
  '1.2.3.4 443',
  'in x/y/z from 1.2.3.4',
]) {
  test(`why ${words}: is refused with what to say`, async () => {
    const { code, err } = await why(words)
    assert.equal(code, 1)
    assert.match(err, /^rampart: /)
  })
}

test('interfaces of a route are two', () => {
  const { inInterface, outInterface } = parsePacketWords(
    'route in on eth0 out on eth1 tcp 80 from 192.0.2.1 to 192.0.2.2'.split(' '),
    () => undefined,
  )
  assert.deepEqual([inInterface, outInterface], ['eth0', 'eth1'])
})
