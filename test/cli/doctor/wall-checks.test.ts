/** What the doctor says of the firewall's own set-up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/base/address.ts'
import { Fault } from '../../../src/base/fault.ts'
import type { Wall } from '../../../src/cli/rampart/doctor/read-wall.ts'
import { wallChecks } from '../../../src/cli/rampart/doctor/wall-checks.ts'
import type { Listening } from '../../../src/cli/ufw/listening-sockets.ts'
import type { OldTable } from '../../../src/firewall/old-ufw/old-table.ts'
import { findings, from, rules, told, ufwOf, wall } from './wall.ts'

const { boot, frame } = wall()
const SSHD: Listening = {
  ...{ address: parseAddress('0.0.0.0')!, everywhere: true, port: 22, program: 'sshd' },
  protocol: 'tcp',
}
const DEFAULTS =
  'IPV6=no\nDEFAULT_INPUT_POLICY="ACCEPT"\nDEFAULT_FORWARD_POLICY="ACCEPT"\nMANAGE_BUILTINS=yes\nIPT_MODULES="nf_conntrack_ftp"\n'
const OLD: OldTable = {
  ...{ family: 4, name: 'filter', chains: ['ufw-before-input'], calls: ['INPUT handle 1'], foreignCalls: 0 },
  ...{ closed: ['INPUT'], isFilled: true, isLocked: false },
}
const D = '/etc/default/ufw'

const ROWS: readonly (readonly [name: string, change: Partial<Wall>, told: readonly string[]])[] = [
  ['nothing', {}, []],
  [
    'no nft',
    { kernel: new Fault('kernel.absent', 'no nft', { hint: 'install nftables' }) },
    ['error kernel.absent: install nftables'],
  ],
  [
    'a kernel without nf_tables',
    { kernel: new Fault('kernel.refused', 'Protocol not supported') },
    ['error firewall.no-nf-tables: modprobe nf_tables'],
  ],
  [
    'a rule of before.rules that cannot be compiled',
    {
      frame: {
        ...frame,
        faults: [new Fault('frame.match', 'what is -m quux', { at: { file: '/etc/ufw/before.rules', line: 7 } })],
      },
    },
    ['error frame.match /etc/ufw/before.rules:7'],
  ],
  [
    'a rule of before.rules that means something else here',
    {
      frame: {
        ...frame,
        warnings: [new Fault('frame.odd', 'odd', { at: { file: '/etc/ufw/before.rules', line: 9 } })],
      },
    },
    ['warning frame.odd /etc/ufw/before.rules:9'],
  ],
  [
    'on in the files, not in the kernel',
    { isActive: false, isWhole: false },
    ['error firewall.not-in-force: ufw reload'],
  ],
  ['in the kernel, off in the files', { ufw: ufwOf({ enabled: false }) }, ['warning firewall.off-at-boot: ufw enable']],
  [
    'off',
    { ufw: ufwOf({ enabled: false }), isActive: false, isWhole: false, listening: [SSHD] },
    ['hint firewall.off: ufw allow 22/tcp; ufw enable'],
  ],
  ['changed behind the back of the files', { isWhole: false }, ['error firewall.differs: ufw reload']],
  ['before.rules edited, not loaded', { isEdited: true }, ['warning firewall.not-loaded: ufw reload']],
  ['no unit', { boot: { ...boot, ufw: 'none' } }, ['error firewall.no-unit: ufw enable']],
  ['no unit, but no systemd either', { boot: { ...boot, ufw: 'none', isSystemd: false } }, []],
  ["an installed ufw's unit", { boot: { ...boot, ufw: 'installed' } }, ['warning firewall.foreign-unit: ufw enable']],
  [
    'nftables.service flushes all',
    {
      boot: {
        ...boot,
        others: ['nftables'],
        nftablesConf: '#!/usr/sbin/nft -f\n\nflush ruleset\ntable inet filter {}\n',
      },
    },
    [
      "warning firewall.flush-ruleset /etc/nftables.conf:3: in the place of 'flush ruleset': a line 'destroy table FAMILY NAME' for each table of that file",
    ],
  ],
  [
    'nftables.service without a flush',
    { boot: { ...boot, others: ['nftables'], nftablesConf: '# flush ruleset\n' } },
    [],
  ],
  [
    'firewalld',
    { boot: { ...boot, others: ['firewalld'] } },
    ['warning firewall.firewalld: systemctl disable --now firewalld'],
  ],
  [
    'saved chains of ufw',
    { boot: { ...boot, others: ['netfilter-persistent'], persistsUfw: true } },
    ['warning firewall.saved-ufw /etc/iptables: rampart import ufw && netfilter-persistent save'],
  ],
  [
    'an installed ufw in force',
    { old: { tables: [OLD], legacy: [], unread: [] } },
    ['error firewall.old-ufw: rampart import ufw'],
  ],
  ['empty chains of one', { old: { tables: [{ ...OLD, closed: [], isFilled: false }], legacy: [], unread: [] } }, []],
  [
    'iptables-legacy that nobody can read',
    { old: { tables: [], legacy: [], unread: [4] } },
    ['warning firewall.legacy-unread'],
  ],
  ['sshd behind no rule', { listening: [SSHD] }, ['warning firewall.no-ssh: ufw allow 22/tcp']],
  ['sshd allowed', { listening: [SSHD], ufw: ufwOf({ rules: rules('in tcp 22') }) }, []],
  [
    'sshd allowed from a network',
    {
      listening: [SSHD],
      ufw: ufwOf({
        rules: rules('in tcp 22')
          .slice(0, 1)
          .map((one) => from('10.0.0.0/8', one)),
      }),
    },
    [],
  ],
  [
    'open by default',
    { defaults: DEFAULTS.split('\n')[1]!, ufw: ufwOf({ policies: { in: 'accept', out: 'accept', forward: 'drop' } }) },
    [`warning firewall.open-by-default ${D}:1: ufw default deny incoming`],
  ],
  [
    'a router for all',
    {
      forwarding: [4],
      defaults: DEFAULTS.split('\n')[2]!,
      ufw: ufwOf({ policies: { in: 'drop', out: 'accept', forward: 'accept' } }),
    },
    [`warning firewall.routes-all ${D}:1: ufw default deny routed`],
  ],
  [
    'route rules, and nothing is forwarded',
    { ufw: ufwOf({ rules: rules('forward tcp 80') }) },
    ['warning firewall.not-forwarding: in /etc/ufw/sysctl.conf: net/ipv4/ip_forward=1; then ufw reload'],
  ],
  ['route rules, and IPv4 is forwarded', { forwarding: [4], ufw: ufwOf({ rules: rules('forward tcp 80') }) }, []],
  [
    'IPv6 off, and an address of it',
    { addresses6: ['2001:db8::1'], defaults: DEFAULTS.split('\n')[0]!, ufw: ufwOf({ ipv6: false }) },
    [`warning firewall.no-ipv6 ${D}:1: IPV6=yes; then ufw reload`],
  ],
  [
    'settings without effect',
    { defaults: DEFAULTS },
    [
      `hint firewall.without-effect ${D}:4: MANAGE_BUILTINS=no`,
      `hint firewall.without-effect ${D}:5: name modules in /etc/modules-load.d`,
    ],
  ],
  [
    'files that others may change, and lines that count for nothing',
    {
      ufw: ufwOf({}, { warnings: ["uid is 0 but '/etc/ufw' is owned by 1000"] }),
      stray: ['/etc/ufw/user.rules:12: without a tuple it does not count: -A x'],
    },
    ['warning firewall.files', 'warning firewall.files /etc/ufw/user.rules:12'],
  ],
  [
    'files that cannot be read',
    { ufw: new Fault('ufw.no-file', "Couldn't stat '/etc/ufw/user.rules'", { hint: 'bring it back' }) },
    ['error ufw.no-file: bring it back'],
  ],
]

for (const [name, change, wanted] of ROWS) {
  test(`${name}: ${wanted.length === 0 ? 'nothing is told' : wanted.join('; ')}`, () => {
    assert.deepEqual(told(wallChecks(wall(change))), wanted)
  })
}

test('what is told is one sentence, without an end', () => {
  for (const [, change] of ROWS) {
    for (const { message } of findings(wallChecks(wall(change)))) assert.match(message, /^[^\n]*[^.\n]$/)
  }
})
