/** Other programs' rules in a real kernel, and what the doctor says of them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { foreignChecks } from '../../../src/cli/rampart/doctor/foreign-checks.ts'
import type { Wall } from '../../../src/cli/rampart/doctor/read-wall.ts'
import { nftKernel } from '../../../src/firewall/kernel.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace } from '../../kernel/namespace.ts'
import { findings, rules, told, ufwOf, wall } from './wall.ts'

interface Row {
  readonly name: string
  readonly nft?: string
  readonly iptables?: string
  readonly wall?: Partial<Wall>
  readonly isGone?: true
  readonly told: readonly string[]
}

/** As these programs document their rules. */
const ROWS: readonly Row[] = [
  { name: 'an empty kernel', told: [] },
  {
    name: 'our own tables',
    nft: 'table inet rampart { chain input { type filter hook input priority 0; policy drop; }; }; table inet rampart_bans { chain bans { type filter hook prerouting priority -310; tcp dport 1 drop; }; }',
    told: [],
  },
  {
    name: "an admin's nftables.conf",
    nft: 'table inet filter { chain input { type filter hook input priority 0; policy drop; ct state vmap { established : accept, related : accept, invalid : drop }; iif lo accept; tcp dport { 22, 8000-8010 } accept; }; }',
    wall: {
      boot: { ...wall().boot, nftablesConf: 'flush ruleset\n\ntable inet filter {\n' },
      ufw: ufwOf({ rules: rules('in tcp 22') }),
    },
    told: [
      'warning firewall.drops-unknown /etc/nftables.conf:3: say its rules to ufw, then take it out: nft delete table inet filter',
    ],
  },
  {
    name: 'what it accepts, and the rules deny',
    nft: 'table inet filter { chain input { type filter hook input priority 0; tcp dport { 8080, 8443 } accept; iifname "wg*" ip saddr 10.9.0.0/16 udp dport 53 accept; meta mark 1 accept; icmp type echo-request accept; }; }',
    told: [
      'warning firewall.accepts-unknown: where it is meant: ufw allow 8080,8443/tcp; ufw allow in on wg+ proto udp from 10.9.0.0/16 to any port 53',
    ],
  },
  {
    name: 'the same, where our rules allow it too',
    nft: 'table inet filter { chain input { type filter hook input priority 0; tcp dport 8080 accept; iifname "wg0" accept; }; }',
    wall: { ufw: ufwOf({ rules: rules('in tcp 8080', 'in any any on wg0') }) },
    told: [],
  },
  {
    name: 'while our firewall is off, what others accept is open',
    nft: 'table inet filter { chain input { type filter hook input priority 0; tcp dport 8080 accept; }; }',
    wall: { isActive: false, ufw: ufwOf({ enabled: false }) },
    told: [],
  },
  {
    name: 'firewalld',
    nft: 'table inet firewalld { chain filter_INPUT { type filter hook input priority 10; policy accept; ct state established accept; jump filter_INPUT_ZONES; reject with icmpx admin-prohibited; }; chain filter_INPUT_ZONES { tcp dport 22 accept; }; }',
    wall: { ufw: ufwOf({ rules: rules('in tcp 22') }) },
    told: ['warning firewall.drops-firewalld: systemctl disable --now firewalld'],
  },
  {
    name: 'Docker on iptables: its policy is known as its own, its bridges too',
    iptables: `*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
`,
    told: ['hint firewall.drops-docker: to see it: nft list chain ip filter FORWARD'],
  },
  {
    name: 'Docker, and route rules that its policy undoes; a bridge of another name',
    iptables:
      '*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n-A FORWARD -i mybridge ! -o mybridge -j ACCEPT\nCOMMIT\n',
    wall: { ufw: ufwOf({ rules: rules('forward tcp 80') }) },
    told: [
      'warning firewall.drops-docker: for what route rules let through: iptables -I DOCKER-USER -i IN -o OUT -j ACCEPT',
      'warning firewall.accepts-iptables: where it is meant: ufw route allow in on mybridge',
    ],
  },
  {
    name: 'Docker on nftables',
    nft: 'table ip docker-bridges { chain filter-FORWARD { type filter hook forward priority 0; policy accept; oifname "docker0" jump filter-forward-in__docker0; }; chain filter-forward-in__docker0 { ct state established,related accept; iifname != "docker0" counter drop; }; }',
    told: ['hint firewall.drops-docker: to see it: nft list chain ip docker-bridges filter-FORWARD'],
  },
  {
    name: 'RAMPART_CONTAINERS=no beside Docker',
    nft: 'table ip docker-bridges { chain filter-FORWARD { type filter hook forward priority 0; iifname "docker0" accept; }; }',
    wall: { defaults: 'IPV6=yes\nRAMPART_CONTAINERS=no\n' },
    told: ['hint firewall.containers /etc/default/ufw:2: RAMPART_CONTAINERS=yes; then ufw reload'],
  },
  {
    name: 'Tailscale: what it accepts on its interface is denied here',
    iptables: `*filter
:ts-input - [0:0]
:ts-forward - [0:0]
-A INPUT -j ts-input
-A FORWARD -j ts-forward
-A ts-input -s 100.101.102.103/32 -i lo -j ACCEPT
-A ts-input -s 100.64.0.0/10 ! -i tailscale0 -j DROP
-A ts-input -i tailscale0 -j ACCEPT
-A ts-forward -o tailscale0 -j ACCEPT
COMMIT
`,
    told: [
      'hint firewall.drops-tailscale: to see it: nft list chain ip filter INPUT',
      'warning firewall.accepts-tailscale: where it is meant: ufw allow in on tailscale0',
      'warning firewall.accepts-tailscale: where it is meant: ufw route allow out on tailscale0',
    ],
  },
  {
    name: 'libvirt: the names and addresses of its guests',
    iptables: `*filter
:LIBVIRT_INP - [0:0]
-A INPUT -j LIBVIRT_INP
-A LIBVIRT_INP -i virbr0 -p udp -m udp --dport 53 -j ACCEPT
-A LIBVIRT_INP -i virbr0 -p udp -m udp --dport 67 -j ACCEPT
COMMIT
`,
    told: [
      'warning firewall.accepts-libvirt: where it is meant: ufw allow in on virbr0 proto udp from any to any port 53; ufw allow in on virbr0 proto udp from any to any port 67',
    ],
  },
  {
    name: "Fail2ban's table, and its chains in iptables",
    nft: 'table inet f2b-table { set addr-set-sshd { type ipv4_addr; }; chain f2b-chain { type filter hook input priority -1; tcp dport 22 ip saddr @addr-set-sshd reject; }; }',
    iptables:
      '*filter\n:f2b-sshd - [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j f2b-sshd\n-A f2b-sshd -s 198.51.100.9/32 -j REJECT --reject-with icmp-port-unreachable\n-A f2b-sshd -j RETURN\nCOMMIT\n',
    told: ['hint firewall.drops-fail2ban: to see it: nft list chain inet f2b-table f2b-chain'],
  },
  {
    name: 'the table of a Fail2ban that is gone',
    nft: 'table inet f2b-table { chain f2b-chain { type filter hook input priority -1; ip saddr 198.51.100.9 reject; }; }',
    isGone: true,
    told: ['warning firewall.left-fail2ban: nft delete table inet f2b-table'],
  },
  {
    name: 'iptables that denies by default, with an accept that the rules here do not know',
    iptables:
      '*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m state --state ESTABLISHED -j ACCEPT\n-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 3306 -j ACCEPT\nCOMMIT\n',
    told: [
      'warning firewall.drops-iptables: where ufw shall decide alone: iptables -P INPUT ACCEPT',
      'warning firewall.accepts-iptables: where it is meant: ufw allow proto tcp from 10.0.0.0/8 to any port 3306',
    ],
  },
  {
    name: 'an installed ufw is told apart, with the policies that it has set',
    iptables:
      '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:ufw-user-input - [0:0]\n-A INPUT -j ufw-user-input\n-A ufw-user-input -p tcp -m tcp --dport 99 -j ACCEPT\nCOMMIT\n',
    told: [],
  },
  {
    name: 'names from outside stay words',
    nft: 'table inet x { chain y { type filter hook input priority 0; iifname "a;b$(c)" accept; drop; }; }',
    told: ['hint firewall.drops-unknown: to see it: nft list chain inet x y'],
  },
]

inNamespace(import.meta.filename, () => {
  const world = realWorld()
  for (const row of ROWS) {
    const isSkipped = row.iptables !== undefined && !existsSync('/usr/sbin/iptables-nft-restore') && 'no iptables-nft'
    test(`${row.name}: ${row.told.length === 0 ? 'nothing is told' : row.told.join('; ')}`, {
      skip: isSkipped,
    }, async () => {
      must(['nft', '-f', '-'], `flush ruleset\n${row.nft ?? ''}\n`)
      if (row.iptables) must(['iptables-nft-restore'], row.iptables)
      const checks = foreignChecks(wall({ ...row.wall, kernel: await nftKernel(world).structure() }), {
        fail2ban: row.isGone ? undefined : 1,
      })
      assert.deepEqual([...told(checks)].sort(), [...row.told].sort())
      for (const { message } of findings(checks)) assert.match(message, /^[^\n]*[^.\n]$/)
    })
  }

  test('what ufw is told to say, it understands', async () => {
    const { parseSentence } = await import('../../../src/cli/ufw/sentence.ts')
    for (const line of ROWS.flatMap((row) => row.told)) {
      for (const [, words] of line.matchAll(/ufw ((?:route )?allow [^;]+)/g)) {
        parseSentence(words!.trim().split(' '), { services: () => undefined, profiles: () => new Map(), ipv6: true })
      }
    }
  })
})

function must(argv: readonly string[], input: string): void {
  const { status, stderr } = spawnSync(argv[0]!, argv.slice(1), { input, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}
