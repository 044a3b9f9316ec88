/** An installed UFW that is in force gives way to ours and comes back: no packet meets neither, connections go on. */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { parseNetwork } from '../../../src/base/address.ts'
import { STOCK_STATE } from '../../../src/config/ufw/stock.ts'
import { printUserRules } from '../../../src/config/ufw/user-rules.ts'
import { ANYWHERE, type Rule } from '../../../src/firewall/rules/rule.ts'
import { begin, probe } from '../../firewall/rules/packets.ts'
import { Connection } from '../../lab/connection.ts'
import { type Done, ended, Host } from '../../lab/host.ts'
import { noLab, ROOT, sleep, until } from '../../lab/lab.ts'

const [INSIDE, OUTSIDE] = ['192.0.2.1', '192.0.2.2']
const [ALLOWED, DENIED, UNNAMED, OPEN, NEW] = [1000, 1001, 1002, 1003, 8080]
const A_SECOND = 2000
const INSTALLED = '/usr/sbin/ufw'

/** What others have beside UFW's chains, a killed command of UFW's too. */
const FOREIGN = `*filter
:f2b-sshd - [0:0]
:DOCKER-USER - [0:0]
:ufw-caps-test - [0:0]
-I INPUT -p tcp --dport 22 -j f2b-sshd
-A f2b-sshd -s 198.51.100.9/32 -j REJECT
-A f2b-sshd -j RETURN
-I FORWARD -j DOCKER-USER
-A DOCKER-USER -s 10.0.0.0/8 -j ufw-user-forward
-A DOCKER-USER -j RETURN
-A INPUT -p tcp --dport 9 -m comment --comment "flush ruleset; -j ufw-user-input" -j DROP
COMMIT
`
const STAYS = ['f2b-sshd', 'DOCKER-USER', '198.51.100.9', 'flush ruleset; -j ufw-user-input']

/** Answers each line with the same. */
const ECHO = `import socket
s = socket.create_server(('', ${OPEN}))
print('ready', flush=True)
c = s.accept()[0]
while data := c.recv(100): c.sendall(data)`

for (const backend of ['nft', 'legacy'] as const) {
  describe(`take-over from an installed ufw on iptables-${backend}`, { skip: noLab() ?? noPrograms(backend) }, () => {
    let folder: string
    let [host, outside]: Host[] = []
    let connection: Connection
    const children: ChildProcess[] = []
    const started = async (place: Host, ...words: readonly string[]) => {
      const child = await begin({ enter: ['nsenter', `--target=${place.pid}`, '--net'] }, ...words)
      children.push(child)
      return child
    }
    const ufw = (...words: readonly string[]) => host!.must([INSTALLED, ...words])
    const ours = (...words: readonly string[]): Promise<Done> => host!.run([join(ROOT, 'bin/ufw'), ...words])
    const rampart = (...words: readonly string[]): Promise<Done> => host!.run([join(ROOT, 'bin/rampart'), ...words])
    const saved = () => host!.must([`iptables-${backend}-save`])

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rampart-take-over-'))
      outside = await Host.make('true')
      host = await Host.make(hostScript(folder, backend, outside.pid))
      await outside.must(['sh', '-ec', `ip addr add ${OUTSIDE}/24 dev in; ip link set in up`])
      for (const rule of [`allow ${ALLOWED}/udp`, `deny ${DENIED}/udp`, `allow ${OPEN}/tcp`, 'limit 22/tcp']) {
        await ufw(...rule.split(' '))
      }
      await ufw('--force', 'enable')
      await host.must([`iptables-${backend}-restore`, '--noflush'], FOREIGN)
      const echo = host.start(['python3', '-c', ECHO])
      await until('the echo', () => new Promise((resolve) => echo.stdout!.once('data', () => resolve(true))))
      const words = [process.execPath, join(ROOT, 'test/lab/netcat.ts'), OUTSIDE, INSIDE, String(OPEN)]
      connection = new Connection(outside.start(words))
      await isOpen('a')
    })
    after(async () => {
      for (const child of children) child.kill('SIGKILL')
      await host?.close()
      await outside?.close()
      rmSync(folder, { recursive: true, force: true })
    })

    async function isOpen(letter: string): Promise<void> {
      connection.send(letter)
      await until(`an answer to ${letter}`, () => connection.received.includes(letter))
    }

    /** @returns what came of all that was sent meanwhile: lost of what is allowed, let in of what is not */
    async function underPackets(
      act: () => Promise<unknown>,
    ): Promise<{ readonly lost: number; readonly leaked: number }> {
      const ports = [ALLOWED, DENIED, UNNAMED].map(String)
      const counter = await started(host!, 'count', ...ports)
      const floods = await Promise.all(
        ports.map((port) => started(outside!, 'flood', OUTSIDE!, INSIDE!, port, String(A_SECOND))),
      )
      await sleep(300)
      await act()
      await sleep(300)
      const [allowed] = await Promise.all(floods.map(total))
      await sleep(300)
      const [came, denied, unnamed] = (await total(counter)).split(' ').map(Number)
      assert.ok(Number(allowed) > 1000)
      return { lost: Number(allowed) - came!, leaked: denied! + unnamed! }
    }

    const newPort = async () => {
      const [verdict] = await probe({ enter: ['nsenter', `--target=${outside!.pid}`, '--net'] }, [
        { kind: 'tcp', from: OUTSIDE!, to: INSIDE!, port: NEW },
      ])
      return verdict
    }

    test('ufw enable says in one line that the other still judges, and what mends it', async () => {
      const { code, err } = await ours('--force', 'enable')
      assert.equal(code, 0)
      assert.match(err, /^WARN: an installed ufw's chains are still in force in ip filter.*: rampart import ufw\n$/)
      assert.match((await ours('reload')).err, /rampart import ufw/)
      assert.equal((await ours('allow', `${NEW}/tcp`)).err, '')
      assert.equal(await newPort(), 'drop')
    })

    test('--dry-run tells what would go, and does nothing', async () => {
      const before = await saved()
      const { code, out } = await rampart('import', 'ufw', '--dry-run')
      assert.equal(code, 0)
      assert.match(out, /^ip filter.*: \d+ chains and \d+ calls of them go; 1 of these stand in chains of others; /)
      assert.match(out, /the policy of INPUT, FORWARD becomes accept/)
      assert.equal(withoutCounts(await saved()), withoutCounts(before))
    })

    test('rampart import ufw: nothing leaks, nothing is lost, what is open stays open', async (t) => {
      const seen = await underPackets(async () => {
        const { code, out, err } = await rampart('import', 'ufw', '--force')
        assert.equal(code, 0, err)
        assert.match(out, /^Done: /m)
      })
      t.diagnostic(`${backend}: ${JSON.stringify(seen)}`)
      assert.deepEqual(seen, { lost: 0, leaked: 0 })
      await isOpen('b')
    })

    test('its chains are gone, everything else is there, and what is allowed now is open', async () => {
      const left = await saved()
      assert.doesNotMatch(left.replace(/"[^"]*"/g, ''), /ufw/)
      for (const words of STAYS) assert.ok(left.includes(words), words)
      assert.match(left, /^:INPUT ACCEPT/m)
      assert.match(left, /^:FORWARD ACCEPT/m)
      assert.equal(await newPort(), 'reset')
      const again = await ours('reload')
      assert.equal(again.err, '')
      assert.match((await rampart('import', 'ufw')).out, /^No chains of an installed ufw/)
    })

    test('the other way: nothing leaks, nothing is lost', async (t) => {
      const seen = await underPackets(async () => {
        // Without its own start-up, `firewall off` would open the host.
        const refused = await rampart('firewall', 'off')
        assert.equal(refused.code, 1)
        assert.match(refused.err, /this host would stand open; nothing was done/)
        await ufw('--force', 'enable')
        const { code, err } = await rampart('firewall', 'off')
        assert.equal(code, 0, err)
      })
      t.diagnostic(`${backend}: ${JSON.stringify(seen)}`)
      assert.deepEqual(seen, { lost: 0, leaked: 0 })
      await isOpen('c')
      assert.equal(await newPort(), 'reset')
      assert.doesNotMatch(await host!.must(['nft', 'list', 'tables']), /rampart/)
      assert.match(await ufw('status'), new RegExp(`^Status: active[^]*${NEW}/tcp`))
    })

    test('where ufw.conf says that it is off, its chains go only where that is meant', async () => {
      await host!.must(['sed', '-i', 's/^ENABLED=yes/ENABLED=no/', '/etc/ufw/ufw.conf'])
      const { code, err } = await rampart('import', 'ufw')
      assert.equal(code, 1)
      assert.match(err, /without those chains this host stands open; nothing was done/)
      assert.match(await saved(), /ufw-user-input/)
      assert.equal((await rampart('import', 'ufw', '--force')).code, 0)
      assert.doesNotMatch((await saved()).replace(/"[^"]*"/g, ''), /ufw/)
      assert.doesNotMatch(await host!.must(['nft', 'list', 'tables']), /rampart/)
    })
  })
}

async function total(child: ChildProcess): Promise<string> {
  child.stdin!.end()
  const said = text(child.stdout!)
  await ended(child)
  return (await said).trim()
}

function withoutCounts(text: string): string {
  return text.replace(/\[\d+:\d+\]|^#.*$/gm, '')
}

/** So many that taking them out takes the kernel a moment. */
const DENIES = 2000

function hostScript(folder: string, backend: string, outside: number): string {
  cpSync('/etc/ufw', join(folder, 'ufw'), { recursive: true })
  const rules = Array.from({ length: DENIES }, (_, at) => deny(`10.0.${at >> 8}.${at & 255}`))
  writeFileSync(join(folder, 'ufw/user.rules'), printUserRules({ ...STOCK_STATE, rules }, 4), { mode: 0o640 })
  mkdirSync(join(folder, 'default'))
  cpSync('/etc/default/ufw', join(folder, 'default/ufw'))
  cpSync('/etc/alternatives', join(folder, 'alternatives'), { recursive: true, verbatimSymlinks: true })
  for (const name of ['', '-save', '-restore'].flatMap((end) => [`iptables${end}`, `ip6tables${end}`])) {
    rmSync(join(folder, 'alternatives', name), { force: true })
    symlinkSync(`/usr/sbin/${name.replace('tables', `tables-${backend}`)}`, join(folder, 'alternatives', name))
  }
  return `
    mount --bind ${folder}/ufw /etc/ufw; mount --bind ${folder}/default /etc/default
    mount --bind ${folder}/alternatives /etc/alternatives
    mount -t tmpfs -o mode=755 tmpfs /run; mkdir -p /var/lib/rampart; mount -t tmpfs tmpfs /var/lib/rampart
    ip link add out type veth peer name in netns ${outside}
    ip addr add ${INSIDE}/24 dev out; ip link set out up
    sysctl -qw net.ipv4.icmp_ratelimit=0`
}

function deny(address: string): Rule {
  return {
    ...{ family: 4, action: 'deny', path: 'in', log: 'none', protocol: 'any', to: ANYWHERE, comment: undefined },
    ...{ inInterface: undefined, outInterface: undefined, from: { ...ANYWHERE, network: parseNetwork(address)! } },
  }
}

function noPrograms(backend: string): string | false {
  const needed = [INSTALLED, `/usr/sbin/iptables-${backend}-save`, `/usr/sbin/iptables-${backend}-restore`]
  const lacking = needed.find((program) => !existsSync(program))
  return lacking === undefined ? false : `${lacking} is not installed`
}
