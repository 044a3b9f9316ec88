/** Who is never banned, by whatever path, and names in logs. Source of the ids: docs/faults.md */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { end } from '../lab/host.ts'
import { GATEWAY, GATEWAY6, Lab, noLab, RESOLVER, ROOT, SERVER, SERVER6, sleep, until, VISITORS } from '../lab/lab.ts'
import { probeLine } from '../lab/lines.ts'
import { guessPasswords, logIn, startSshd } from '../lab/sshd.ts'

const skip = noLab() ?? false
/** Attackers that no other test of this file has. */
let last = 0
const fresh = () => `198.51.100.${++last}`

async function isBanned(lab: Lab, address: string): Promise<boolean> {
  return (await lab.inKernel()).includes(address)
}

/** What was written before is read when the ban of this one is there. */
async function stillGuards(lab: Lab): Promise<void> {
  const attacker = fresh()
  lab.append('log/access.log', probeLine(attacker))
  await until('the ban of an attacker', () => isBanned(lab, attacker))
}

/** `status` and the kernel agree. */
async function agree(lab: Lab): Promise<void> {
  const { code, out } = await lab.rampart('status', '--verify')
  assert.equal(code, 0, out)
}

/** On the server alone: its files are laid over the machine's. */
async function addUser(lab: Lab): Promise<void> {
  const rows = { passwd: 'walter:x:4711:4711::/tmp:/bin/sh', shadow: 'walter:*:20000:0:99999:7:::' }
  for (const [file, row] of Object.entries(rows)) {
    const copy = `/run/rampart/${file}`
    await lab.server.must([
      'sh',
      '-ec',
      `{ cat /etc/${file}; echo '${row}'; } > ${copy}; chmod 644 ${copy}; mount --bind ${copy} /etc/${file}`,
    ])
  }
}

const TIME_SERVER = '198.51.100.123'
const PROXY = '198.51.100.200'

describe('what this host needs is never banned', { skip }, () => {
  let lab: Lab
  let guard: Guarding
  const admins: ChildProcess[] = []

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.write('nginx/conf.inc', `set_real_ip_from ${PROXY}/30;\n`)
    const conf = lab.read('nginx/nginx.conf')
    lab.write('nginx/nginx.conf', conf.replace('http {', 'http {\n  include /etc/nginx/conf.inc;'))
    await lab.server.must([
      'sh',
      '-ec',
      `mkdir -p /run/chrony-dhcp; echo 'server ${TIME_SERVER} iburst' > /run/chrony-dhcp/a.sources; touch /run/utmp`,
    ])
    await addUser(lab)
    await startSshd(lab)
    guard = await lab.guard()
  })
  after(async () => {
    for (const admin of admins) await end(admin)
    await lab?.close()
  })

  const CLASSES: readonly [what: string, address: string][] = [
    ['the gateway', GATEWAY],
    ['the gateway of IPv6', GATEWAY6],
    ['the name server', RESOLVER],
    ['the time server', TIME_SERVER],
    ['an address of this host', SERVER],
    ['an IPv6 address of this host', SERVER6],
    ['a proxy in front of nginx', '198.51.100.201'],
    ['the loopback', '127.0.0.1'],
    ['another of the loopback', '127.9.9.9'],
    ['the loopback of IPv6', '::1'],
    ['the loopback as IPv6', '::ffff:127.0.0.1'],
    ['no host', '0.0.0.0'],
    ['broadcast', '255.255.255.255'],
    ['multicast', '224.0.0.1'],
    ['link-local', '169.254.1.1'],
    ['link-local of IPv6', 'fe80::1'],
  ]

  for (const [what, address] of CLASSES) {
    test(`R42 ${what} is not banned by a line of a log, nor by hand without --force, nor with its network`, async () => {
      lab.append('log/access.log', probeLine(address).repeat(3))
      const byHand = await lab.rampart('ban', address)
      assert.notEqual(byHand.code, 0)
      assert.match(byHand.out + byHand.err, /never banned/)
      const inJail = await lab.rampart('ban', address, '--jail', 'web')
      assert.notEqual(inJail.code, 0)
      const network = address.includes(':') ? `${address}/64` : `${address}/24`
      await lab.rampart('ban', network)
      await stillGuards(lab)
      const inKernel = await lab.inKernel()
      assert.deepEqual(
        inKernel.filter((one) => one === address || /\/|::$|\.0$/.test(one)),
        [],
      )
    })
  }

  test('R42 none of them comes back from the history, but for who was banned by force', async () => {
    const { code } = await lab.rampart('ban', TIME_SERVER, '--force')
    assert.equal(code, 0)
    assert.ok(await isBanned(lab, TIME_SERVER))
    await guard.kill()
    // Bans of another time, when the host had other addresses.
    const script = `
      const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
      const database = new DatabaseSync('/var/lib/rampart/history.db')
      const columns = database.prepare('SELECT * FROM ban ORDER BY id DESC LIMIT 1').get()
      delete columns.id
      for (const address of ['${GATEWAY}', '${RESOLVER}', '${SERVER}', '127.0.0.1']) {
        const row = { ...columns, address, origin: 'filter', since: columns.since + 1, until: Date.now() + 3600000, ended: null, ended_by: null }
        const names = Object.keys(row)
        database.prepare('INSERT INTO ban (' + names.join() + ') VALUES (' + names.map(() => '?').join() + ')').run(...Object.values(row))
      }`
    await lab.server.must([process.execPath, '-e', script])
    guard = await lab.guard()
    await stillGuards(lab)
    const inKernel = await lab.inKernel()
    assert.ok(inKernel.includes(TIME_SERVER))
    for (const address of [GATEWAY, RESOLVER, SERVER, '127.0.0.1']) assert.ok(!inKernel.includes(address), address)
    await lab.rampart('unban', TIME_SERVER)
    await agree(lab)
  })

  test('R42 an address that this host is given is banned no more', async () => {
    const address = '198.51.100.77'
    lab.append('log/access.log', probeLine(address))
    await until('the ban', () => isBanned(lab, address))
    await lab.server.must(['ip', 'address', 'add', `${address}/32`, 'dev', 'lo'])
    await until('its end', async () => !(await isBanned(lab, address)), 30_000)
    lab.append('log/access.log', probeLine(address))
    await stillGuards(lab)
    assert.equal(await isBanned(lab, address), false)
    await agree(lab)
  })

  const SESSIONS: readonly [who: string, user: string, words: readonly string[]][] = [
    ['root, with a terminal', 'root', ['-tt']],
    ['root, without one', 'root', []],
    ['a user, with a terminal', 'walter', ['-tt']],
    ['a user, without one', 'walter', []],
  ]

  for (const [index, [who, user, words]] of SESSIONS.entries()) {
    test(`R42 ${who}, logged in by ssh: not banned as long as he is`, async () => {
      const from = `${VISITORS}.${50 + index}`
      const admin = logIn(lab, from, user, words)
      admins.push(admin)
      let said = ''
      admin.stdout!.on('data', (bytes) => {
        said += bytes
      })
      admin.stderr!.on('data', (bytes) => {
        said += bytes
      })
      await until(`the session: ${said}`, () => said.includes('in'), 20_000).catch(() => assert.fail(said))
      lab.append('log/access.log', probeLine(from).repeat(3))
      await stillGuards(lab)
      assert.equal(await isBanned(lab, from), false)
      await end(admin)
      await sleep(1500)
      lab.append('log/access.log', probeLine(from).repeat(3))
      await until('the ban of who has left', () => isBanned(lab, from))
    })
  }

  test('R42 a guesser who holds connections to port 22 open is banned', async () => {
    const guesser = `${VISITORS}.66`
    const held = Array.from({ length: 3 }, () => lab.connect(guesser, 22))
    await until('sshd greets him', () => held.every(({ received }) => received.startsWith('SSH-2.0')))
    await guessPasswords(lab, guesser, 9)
    await until('the ban', () => isBanned(lab, guesser))
    for (const one of held) await one.close()
  })

  test('R42 a user whose own programs are called sshd protects nobody by their connections', async () => {
    const far = `${VISITORS}.67`
    const listen = `require('net').createServer(() => console.log('met')).listen(8022, '${far}', () => console.log('ready'))`
    const listener = lab.outside.start([process.execPath, '-e', listen])
    let said = ''
    listener.stdout!.on('data', (bytes) => {
      said += bytes
    })
    await until('the far end', () => said.includes('ready'))
    const inner = `exec 3<>/dev/tcp/${far}/8022; sleep 60`
    const outer = `mkdir -p /run/own; ln -sf /bin/bash /run/own/sshd; exec setpriv --reuid=65534 --clear-groups /run/own/sshd -c '/run/own/sshd -c "${inner}"; true'`
    const programs = lab.server.start(['sh', '-c', outer])
    await until('the connection', () => said.includes('met'))
    lab.append('log/access.log', probeLine(far))
    await until('the ban', () => isBanned(lab, far))
    await end(programs)
    await end(listener)
  })

  describe('R43 blocked packets of UFW', () => {
    const line = (from: string, proto: string) =>
      `${new Date().toISOString().replace('Z', '+00:00')} host kernel: [12.3] [UFW BLOCK] IN=eth0 OUT= MAC=00:11 SRC=${from} DST=${SERVER} LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 ${proto}\n`
    const udp = 'DF PROTO=UDP SPT=53 DPT=4711 LEN=40'
    const syn = 'DF PROTO=TCP SPT=40000 DPT=23 WINDOW=64240 RES=0x00 SYN URGP=0'

    for (const [what, from, proto] of [
      ['UDP from the name server', RESOLVER, udp],
      ['UDP from the gateway', GATEWAY, udp],
      ['SYNs from the name server', RESOLVER, syn],
      ['SYNs from the gateway', GATEWAY, syn],
      ['UDP from a stranger', `${VISITORS}.70`, udp],
    ] as const) {
      test(`R43 a hundred spoofed packets, ${what}: no ban`, async () => {
        lab.append('syslog/ufw.log', line(from, proto).repeat(100))
        const scanner = fresh()
        lab.append('syslog/ufw.log', line(scanner, syn).repeat(20))
        await until('the ban of a scanner', () => isBanned(lab, scanner))
        assert.equal(await isBanned(lab, from), false)
      })
    }
  })

  describe('R44 what is no address, or too much of it', () => {
    const ODD = [
      '0300.0.2.10',
      '1',
      '0x7f.1',
      '192.0.2.300',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/8',
      '١٢٧.0.0.1',
      'localhost',
      'fe80::1%eth0',
      '1.2.3.4.5',
      '-1.2.3.4',
      '1.2.3.4, 5.6.7.8',
      '127.1',
      '2130706433',
      '2001:db8::1::2',
      '2001::/16',
      '[::1]',
      '٣.1.1.1',
    ]

    test('R44 lines with odd hosts ban nobody, and status says what the kernel has', async () => {
      await stillGuards(lab)
      const earlier = await lab.inKernel()
      lab.append('log/access.log', ODD.map((one) => probeLine(one).repeat(3)).join(''))
      await stillGuards(lab)
      assert.equal((await lab.inKernel()).length, earlier.length + 1)
      await agree(lab)
    })

    test('R44 odd hosts by hand are refused, and status says what the kernel has', async () => {
      const earlier = await lab.inKernel()
      for (const one of ODD.filter((word) => !/\/(8|16)$/.test(word))) {
        const { code } = await lab.rampart('ban', '--', one)
        assert.notEqual(code, 0, one)
      }
      assert.deepEqual(await lab.inKernel(), earlier)
      await agree(lab)
    })

    test('R44 a wide network by hand is what status and the kernel have', async () => {
      assert.equal((await lab.rampart('ban', '10.1.2.3/8')).code, 0)
      await agree(lab)
      assert.equal((await lab.rampart('unban', '10.0.0.0/8')).code, 0)
      await agree(lab)
    })

    test('R44 an IPv4 address in the clothes of IPv6 is the IPv4 address', async () => {
      lab.append('log/access.log', probeLine('::ffff:198.51.100.88'))
      await until('the ban', () => isBanned(lab, '198.51.100.88'))
      await agree(lab)
    })
  })
})

/** One jail that bans at the first failure, and the stock ones for sshd and for UFW's log. */
const JAILS = `
[DEFAULT]
ignoreself = false
[web]
enabled = true
backend = auto
filter =
logpath = /var/log/nginx/access.log
failregex = ^<HOST> -
            ^<SUBNET> -
maxretry = 1
port = 0:65535
[sshd]
enabled = true
backend = auto
logpath = /var/log/auth.log
[ufw]
enabled = true
logpath = /var/log/ufw.log
`

describe('names in logs', { skip }, () => {
  let lab: Lab
  const asked: string[] = []

  /** A name server that never answers for `*.silent.example`, and knows some names. */
  async function open(jails: string, known: string): Promise<void> {
    lab = await Lab.open(jails)
    const server = lab.outside.start([process.execPath, join(ROOT, 'test/lab/name-server.ts'), RESOLVER])
    server.stdin!.end(known)
    let out = ''
    server.stdout!.on('data', (bytes) => {
      out += bytes
      asked.push(...[...String(bytes).matchAll(/^asked (.*)$/gm)].map(([, name]) => name!))
    })
    await until('the name server', () => out.includes('ready'))
    await lab.guard()
    asked.length = 0
  }
  after(() => lab?.close())

  const VICTIM = `${VISITORS}.9`
  const named = (name: string) => probeLine(name, '/probe')

  test('R35 a host name in the place of an address: nothing is looked up, nobody is banned', async () => {
    await open(NAMED.replace('USEDNS', ''), `victim.example ${VICTIM}\n`)
    lab.append('log/access.log', named('victim.example').repeat(20))
    await stillGuards(lab)
    assert.equal(await isBanned(lab, VICTIM), false)
    assert.deepEqual(asked, [])
    await lab.close()
  })

  test('R36 a thousand names and a silent name server: the next ban is as quick as any', async (context) => {
    await open(NAMED.replace('USEDNS', 'usedns = yes'), `bad.example ${VICTIM} 2001:db8:600d::9\nsilent *\n`)
    const names = Array.from({ length: 1000 }, (_, index) => named(`n${index}.silent.example`)).join('')
    const began = Date.now()
    lab.append('log/access.log', names)
    await stillGuards(lab)
    context.diagnostic(`${Date.now() - began} ms until the ban`)
    await until('questions', () => asked.length > 0)
    assert.ok(new Set(asked).size < 200, `${new Set(asked).size} names asked for at once`)
    await lab.close()
  })

  test('names mean their addresses where the admin says so', async () => {
    await open(NAMED.replace('USEDNS', 'usedns = warn'), `bad.example ${VICTIM}\nnone.example\n`)
    lab.append('log/access.log', named('none.example') + named('bad.example'))
    await until('the ban', () => isBanned(lab, VICTIM))
    await lab.close()
  })

  test('friends by name, file and command are spared, and files are read again', async () => {
    const jails = NAMED.replace(
      'USEDNS',
      'ignoreip = friend.example, file:/etc/rampart/friends\nignorecommand = /etc/rampart/asked <ip>',
    )
    lab = await Lab.open(jails)
    const server = lab.outside.start([process.execPath, join(ROOT, 'test/lab/name-server.ts'), RESOLVER])
    server.stdin!.end(`friend.example ${VISITORS}.10\n`)
    lab.write('rampart/friends', `# by address\n${VISITORS}.11\n`)
    lab.write('rampart/asked', `#!/bin/sh\ntest "$1" = ${VISITORS}.12\n`, 0o755)
    await sleep(500)
    const guard = await lab.guard()
    const spared = [10, 11, 12].map((host) => `${VISITORS}.${host}`)
    for (const one of spared) lab.append('log/access.log', named(one))
    await until('who is spared', () => spared.every((one) => guard.out.includes(`spared   ${one}`)))
    await stillGuards(lab)
    for (const one of spared) assert.equal(await isBanned(lab, one), false)
    lab.write('rampart/friends', `${VISITORS}.13\n`)
    await sleep(2500)
    lab.append('log/access.log', named(`${VISITORS}.13`) + named(`${VISITORS}.11`))
    await until('the ban of who is a friend no more', () => isBanned(lab, `${VISITORS}.11`))
    assert.equal(await isBanned(lab, `${VISITORS}.13`), false)
  })
})

const NAMED = `
[web]
enabled = true
backend = auto
filter =
logpath = /var/log/nginx/access.log
failregex = ^<HOST> -
maxretry = 1
port = 0:65535
USEDNS
`
