/** Other programs' tables stay as they are, byte by byte, whatever the guard does and however it ends. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, Lab, noLab, until } from '../lab/lab.ts'

const JAILS = `
[nginx-botsearch]
enabled = true
maxretry = 1
banaction = ufw
`

/** What each leaves in the kernel: `iptables-restore`'s chains as Docker makes them, nftables as Tailscale makes them. */
const DOCKER = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-USER -m comment --comment "rampart_bans { } flush ruleset" -j RETURN
COMMIT
`
const TAILSCALE = `table inet tailscale {
  set bans { type ipv4_addr; flags timeout; elements = { 198.51.100.7 timeout 1d } }
  map marks { type mark : verdict; elements = { 0x40000 : accept } }
  chain ts-input { iifname "tailscale0" counter accept; ip saddr 100.64.0.0/10 counter drop; }
  chain input { type filter hook input priority filter; policy accept; jump ts-input; }
  chain bans { type filter hook prerouting priority -310; policy accept; ct state established counter accept; }
}
table ip rampart_bans { chain bans { type filter hook input priority 0; ip saddr 203.0.113.200 drop; }; }
`

describe('R04 tables of other programs', { skip: noLab() ?? noPrograms() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  let foreign: string

  before(async () => {
    lab = await Lab.open(JAILS)
    await lab.server.must(['iptables-nft-restore'], DOCKER)
    await lab.server.must(['nft', '-f', '-'], TAILSCALE)
    await lab.server.must(['ufw', '--force', 'enable'])
    await lab.server.must(['ufw', 'allow', '80/tcp'])
    await lab.nginx()
    foreign = await others()
    for (const name of ['DOCKER-USER', 'ufw-user-input', 'ts-input', 'table ip rampart_bans']) {
      assert.match(foreign, new RegExp(name))
    }
  })
  after(() => lab?.close())

  /** The ruleset without our table and without counters, which every packet moves. */
  async function others(): Promise<string> {
    const text = await lab.server.must(['nft', '--stateless', 'list', 'ruleset'])
    return text.replace(/^table inet rampart_bans \{\n[\s\S]*?^\}\n/m, '')
  }

  async function start(): Promise<void> {
    guard = await lab.guard()
  }

  const inKernel = (address: string, is = true) =>
    until(`${address} ${is ? 'in' : 'out of'} the kernel`, async () => (await lab.inKernel()).includes(address) === is)

  const DEEDS: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['a start', start],
    [
      'a ban',
      async () => {
        await lab.visit(`${ATTACKERS}.1`, '/.env')
        await inKernel(`${ATTACKERS}.1`)
        assert.equal(await lab.visit(`${ATTACKERS}.1`, '/'), 0)
      },
    ],
    ['an unban', () => lab.rampart('unban', `${ATTACKERS}.1`).then(() => inKernel(`${ATTACKERS}.1`, false))],
    [
      'healing',
      async () => {
        await lab.rampart('ban', `${ATTACKERS}.2`)
        await lab.server.must(['nft', 'delete', 'table', 'inet', 'rampart_bans'])
        await inKernel(`${ATTACKERS}.2`)
      },
    ],
    ['a crash', () => guard.kill()],
    ['a start after it', start],
    ['a stop', () => guard.stop()],
  ]
  for (const [title, deed] of DEEDS) {
    test(`R04 tables of Docker, ufw and Tailscale are the same after ${title}`, async () => {
      await deed()
      assert.equal(await others(), foreign)
    })
  }

  test('R04 after the stop nothing of ours is left', async () => {
    assert.equal(await lab.server.must(['nft', '--stateless', 'list', 'ruleset']), foreign)
  })

  test('R04 ufw and Docker reload beside the guard: bans stay, and their tables are what they make of them', async () => {
    guard = await lab.guard()
    await lab.rampart('ban', `${ATTACKERS}.3`)
    await lab.server.must(['ufw', 'reload'])
    await lab.server.must(['iptables-nft-restore'], DOCKER)
    const { out } = await lab.rampart('status', '--verify')
    assert.match(out, /: the kernel holds what it should, and nothing else$/m)
    assert.equal(await lab.visit(`${ATTACKERS}.3`, '/'), 0)
  })
})

function noPrograms(): string | undefined {
  const lacking = ['ufw', 'iptables-nft-restore'].find((program) => !existsSync(`/usr/sbin/${program}`))
  return lacking && `${lacking} is not installed`
}
