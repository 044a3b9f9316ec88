/** What a line of before.rules becomes in nft's words, and what is refused, each with its line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileFrame } from '../../../../src/config/ufw/frame/compile-frame.ts'
import type { Names } from '../../../../src/config/ufw/frame/option.ts'
import { nftChain } from '../../../../src/firewall/rules/frame.ts'

const SERVICES: Readonly<Record<string, number>> = { ssh: 22, http: 80, domain: 53 }
const NAMES: Names = {
  services: (name) => SERVICES[name],
  user: (name) => (name === 'www-data' ? 33 : undefined),
  group: (name) => (name === 'adm' ? 4 : undefined),
}

function compile(text: string, family: 4 | 6 = 4) {
  return compileFrame([{ family, path: 'before.rules', text }], NAMES)
}

/** The rules of a chain when these lines stand in a table. */
function rulesOf(
  lines: readonly string[],
  chain: string,
  table: 'filter' | 'nat' | 'mangle' | 'raw' = 'filter',
  family: 4 | 6 = 4,
) {
  const { frame, faults } = compile(`*${table}\n${lines.join('\n')}\nCOMMIT\n`, family)
  assert.deepEqual(
    faults.map(({ message }) => message),
    [],
  )
  return frame!.chains
    .filter((each) => each.family === family && each.table === table && each.name === chain)
    .flatMap(({ rules }) => rules)
}

const LINES4: readonly (readonly [line: string, nft: string])[] = [
  ['-p tcp --dport 22 -j ACCEPT', 'meta l4proto 6 tcp dport 22 accept'],
  ['-p TCP --destination-port=ssh -j DROP', 'meta l4proto 6 tcp dport 22 drop'],
  ['-p udp ! --sport 1024: --dport :53 -j DROP', 'meta l4proto 17 udp sport != 1024-65535 udp dport 0-53 drop'],
  ['-s 10.0.0.7/8 ! -d 192.0.2.1 -j DROP', 'ip saddr 10.0.0.0/8 ip daddr != 192.0.2.1 drop'],
  ['-s 10.0.1.9/255.0.255.0 -j DROP', 'ip saddr & 255.0.255.0 == 10.0.1.0 drop'],
  ['-s 0.0.0.0/0 -j DROP', 'drop'],
  ['-i eth+ -j DROP', 'iifname "eth*" drop'],
  ['! -i eth0.7 -j DROP', 'iifname != "eth0.7" drop'],
  ['! -p tcp -j DROP', 'meta l4proto != 6 drop'],
  ['-p vrrp -j ACCEPT', 'meta l4proto 112 accept'],
  ['-f -j DROP', 'ip frag-off & 0x1fff != 0 drop'],
  ['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'ct state related,established accept'],
  [
    '-m time --timestart 9:30 --timestop 17:00 --weekdays Mon,7 -j DROP',
    'meta hour 34200-61200 meta day { 0, 1 } drop',
  ],
  [
    '-m time --timestart 22:00 --timestop 06:00 ! --weekdays Sat -j DROP',
    'meta hour != 21601-79199 meta day != { 6 } drop',
  ],
  ['-m conntrack --ctstatus NONE -j DROP', 'ct status & 0x80000000 == 0x80000000 drop'],
  ['-m conntrack ! --ctstatus NONE -j DROP', 'ct status & 0x80000000 == 0x0 drop'],
  ['-m conntrack --ctstatus NONE,ASSURED -j DROP', 'ct status assured drop'],
  ['-m state ! --state new -j DROP', 'ct state & (new) == 0 drop'],
  ['-m limit -j LOG', 'limit rate 3/hour burst 5 packets log level warn'],
  ['-m limit --limit 3/min --limit-burst 10 -j RETURN', 'limit rate 3/minute burst 10 packets return'],
  [
    '-p tcp -m multiport --dports 443,80,81,6000:6007 -j ACCEPT',
    'meta l4proto 6 th dport { 80-81, 443, 6000-6007 } accept',
  ],
  ['-p tcp -m multiport ! --ports 1,2 -j DROP', 'meta l4proto 6 th sport != 1-2 th dport != 1-2 drop'],
  ['-m addrtype --dst-type LOCAL,BROADCAST -j DROP', 'fib daddr type { local, broadcast } drop'],
  ['-p icmp --icmp-type ping -j ACCEPT', 'meta l4proto 1 icmp type 8 accept'],
  ['-p icmp ! --icmp-type 3/4 -j DROP', 'meta l4proto 1 icmp type . icmp code != { 3 . 4 } drop'],
  ['-p icmp -m icmp --icmp-type any -j DROP', 'meta l4proto 1 drop'],
  ['-m ttl --ttl-lt 5 -j DROP', 'ip ttl < 5 drop'],
  ['-p tcp --syn -j DROP', 'meta l4proto 6 tcp flags & 0x17 == 0x2 drop'],
  ['-p tcp ! --tcp-flags ALL NONE -j DROP', 'meta l4proto 6 tcp flags & 0x3f != 0x0 drop'],
  ['-m mac --mac-source 00:16:3E:00:00:01 -j DROP', 'ether saddr 00:16:3e:00:00:01 drop'],
  ['-m mark --mark 0x10/0xf0 -j DROP', 'meta mark & 0xf0 == 0x10 drop'],
  ['-m comment --comment "drop \\"all\\" of it" -j DROP', 'drop'],
  ['-m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP', 'ip saddr 10.0.0.1-10.0.0.9 drop'],
  ['-p tcp -j REJECT --reject-with tcp-reset', 'meta l4proto 6 reject with tcp reset'],
  ['-j REJECT --reject-with icmp-host-prohibited', 'reject with icmp type host-prohibited'],
  ['-j LOG --log-prefix "[UFW TEST] " --log-level 6', 'log prefix "[UFW TEST] " level info'],
  ['-j LOG --log-prefix "123456789012345678901234567890"', 'log prefix "12345678901234567890123456789" level warn'],
  ['-j NFLOG --nflog-group 5', 'log group 5'],
  ['-j MARK --set-mark 5', 'meta mark set 0x5'],
  ['-j MARK --set-mark 0x2/0x6', 'meta mark set meta mark & 0xfffffff9 ^ 0x2'],
  [
    '-p tcp -m state --state INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460',
    'meta l4proto 6 ct state invalid,untracked meta l4proto 6 synproxy mss 1460 wscale 7 timestamp sack-perm',
  ],
  ['-m connbytes --connbytes 1000:5000 --connbytes-dir both --connbytes-mode bytes -j DROP', 'ct bytes 1000-5000 drop'],
  [
    '-m connbytes ! --connbytes 10: --connbytes-dir original --connbytes-mode packets -j DROP',
    'ct original packets < 10 drop',
  ],
  ['-j ufw-user-input', 'jump filter4-ufw-user-input'],
  ['-g ufw-not-there', 'goto filter4-ufw-not-there'],
  ['[12:3400] -A ufw-before-input -p tcp -j DROP', 'meta l4proto 6 drop'],
]

for (const [line, nft] of LINES4) {
  test(`${line} is ${nft}`, () => {
    const rule = line.includes('-A ') ? line : `-A ufw-before-input ${line}`
    assert.equal(rulesOf([':ufw-not-there - [0:0]', rule], 'ufw-before-input')[0], nft)
  })
}

const LINES6: readonly (readonly [line: string, nft: string])[] = [
  [
    '-p icmpv6 --icmpv6-type router-advertisement -m hl --hl-eq 255 -j ACCEPT',
    'meta l4proto 58 icmpv6 type 134 ip6 hoplimit 255 accept',
  ],
  ['-m rt --rt-type 0 -j DROP', 'rt type 0 drop'],
  ['-s fe80::/10 -d ff02::fb -j ACCEPT', 'ip6 saddr fe80::/10 ip6 daddr ff02::fb accept'],
  ['-s 2001:db8::1/ffff:ffff:: -j DROP', 'ip6 saddr 2001:db8::/32 drop'],
  ['-j REJECT', 'reject with icmpv6 type port-unreachable'],
  ['-m addrtype --dst-type MULTICAST -j DROP', 'ip6 daddr ff00::/8 drop'],
]

for (const [line, nft] of LINES6) {
  test(`IPv6: ${line} is ${nft}`, () => {
    assert.equal(rulesOf([`-A ufw6-before-input ${line}`], 'ufw6-before-input', 'filter', 6)[0], nft)
  })
}

const NAT: readonly (readonly [line: string, chain: string, nft: string, family?: 4 | 6])[] = [
  [
    '-p tcp --dport 80 -j REDIRECT --to-ports 8080',
    'PREROUTING',
    'meta l4proto 6 tcp dport 80 meta l4proto 6 redirect to :8080',
  ],
  [
    '-i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080',
    'PREROUTING',
    'iifname "eth0" meta l4proto 6 tcp dport 80 meta l4proto 6 dnat ip to 10.0.0.2:8080',
  ],
  ['-p tcp -j DNAT --to [fd00::2]:8080', 'PREROUTING', 'meta l4proto 6 meta l4proto 6 dnat ip6 to [fd00::2]:8080', 6],
  ['-p tcp -j DNAT --to-destination :8080', 'PREROUTING', 'meta l4proto 6 meta l4proto 6 dnat to :8080'],
  ['-s 10.8.0.0/24 -o eth0 -j MASQUERADE', 'POSTROUTING', 'ip saddr 10.8.0.0/24 oifname "eth0" masquerade'],
  [
    '-o eth0 -j SNAT --to-source 192.0.2.1-192.0.2.9 --persistent',
    'POSTROUTING',
    'oifname "eth0" snat ip to 192.0.2.1-192.0.2.9 persistent',
  ],
]

for (const [line, chain, nft, family] of NAT) {
  test(`nat: ${line} is ${nft}`, () => assert.equal(rulesOf([`-A ${chain} ${line}`], chain, 'nat', family)[0], nft))
}

test('a list of addresses is a rule for each pair', () => {
  const rules = rulesOf(
    ['-A ufw-before-input -s 10.0.0.1,10.0.0.2 -d 10.1.0.0/16,10.2.0.0/16 -j DROP'],
    'ufw-before-input',
  )
  assert.equal(rules.filter((rule) => rule.endsWith('drop')).length, 4)
})

test('a run of rules that differ by their source is one rule with a set', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `-A ufw-before-input -s 10.0.${index}.0/24 -j DROP`)
  const rules = rulesOf([...lines, '-A ufw-before-input -s 10.9.0.1 -j ACCEPT'], 'ufw-before-input')
  assert.equal(rules.length, 3)
  assert.match(rules[0]!, /^ip saddr \{ 10\.0\.0\.0\/24, .*, 10\.0\.19\.0\/24 \} drop$/)
})

test('lists of addresses that make very many rules are refused', () => {
  const list = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`).join(',')
  const { faults } = compile(`*filter\n-A ufw-before-input -s ${list} -d ${list} -j DROP\nCOMMIT\n`)
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['frame.bad-address'],
  )
})

test('the jump to the rules of the ufw command stands behind all that both files add', () => {
  const file = (path: string, port: number) =>
    ({ family: 4, path, text: `*filter\n-A ufw-before-input -p tcp --dport ${port} -j DROP\nCOMMIT\n` }) as const
  const { frame } = compileFrame([file('before.rules', 1), file('after.rules', 2)], NAMES)
  const chain = frame!.chains.find(({ name, family }) => name === 'ufw-before-input' && family === 4)!
  assert.deepEqual(chain.rules, [
    'meta l4proto 6 tcp dport 1 drop',
    'meta l4proto 6 tcp dport 2 drop',
    'jump filter4-ufw-user-input',
  ])
})

test('rules of built-in chains stand before or behind the jumps to those of UFW', () => {
  const rules = rulesOf(['-A INPUT -p tcp -j DROP', '-I INPUT -p udp -j DROP', '-I INPUT 3 -j ACCEPT'], 'INPUT')
  assert.equal(rules[0], 'meta l4proto 17 drop')
  assert.equal(rules[1], 'jump filter4-ufw-before-logging-input')
  assert.equal(rules[2], 'accept')
  assert.equal(rules.at(-1), 'meta l4proto 6 drop')
})

test('a line :NAME empties a chain that a file before had filled', () => {
  const lines = [
    '-A ufw-after-input -j DROP',
    'COMMIT',
    '*filter',
    ':ufw-after-input - [0:0]',
    '-A ufw-after-input -j ACCEPT',
  ]
  assert.deepEqual(rulesOf(lines, 'ufw-after-input'), ['accept'])
})

test('the policy DROP of a built-in chain is its last rule, but in the table filter, where UFW sets it', () => {
  assert.deepEqual(rulesOf([':PREROUTING DROP [0:0]'], 'PREROUTING', 'mangle'), ['drop'])
  assert.equal(rulesOf([':INPUT DROP [0:0]'], 'INPUT').at(-1), 'jump filter4-ufw-track-input')
})

test('rules can be deleted and chains flushed', () => {
  const add = ['-A ufw-before-input -j DROP', '-A ufw-before-input -p tcp -j DROP']
  assert.equal(rulesOf([...add, '-D ufw-before-input -j DROP'], 'ufw-before-input').length, 2)
  assert.equal(rulesOf([...add, '-D ufw-before-input 2'], 'ufw-before-input')[0], 'drop')
  assert.equal(rulesOf([...add, '-F ufw-before-input'], 'ufw-before-input').length, 1)
})

test('an either, an unless and a memory get chains of their own, and what leaves the chain leaves it', () => {
  const { frame, faults } = compile(`*filter
:mine - [0:0]
-A ufw-before-input -j mine
-A mine -p tcp -m multiport --ports 1,2 -j RETURN
-A mine -p udp -j DROP
COMMIT
`)
  assert.deepEqual(faults, [])
  const text = frame!.chains
    .filter(({ name }) => name.startsWith('mine'))
    .map((chain) => `${nftChain(chain)}: ${chain.rules.join('; ')}`)
  assert.deepEqual(text.sort(), [
    'filter4-mine.201: meta l4proto 17 drop',
    'filter4-mine.202: return; goto filter4-mine.201',
    'filter4-mine.203: th sport 1-2 goto filter4-mine.202; th dport 1-2 goto filter4-mine.202; goto filter4-mine.201',
    'filter4-mine: meta l4proto 6 goto filter4-mine.203; goto filter4-mine.201',
  ])
})

const REFUSED: readonly (readonly [line: string, code: string, table?: string])[] = [
  ['-A ufw-before-input -m set --match-set bad src -j DROP', 'frame.cannot'],
  ['-A ufw-before-input -m string --string x --algo bm -j DROP', 'frame.cannot'],
  ['-A ufw-before-input -j TPROXY', 'frame.cannot'],
  ['-A ufw-before-input -p tcp --dport 22 -j CT --helper ftp', 'frame.wrong-table'],
  ['-A ufw-before-input -p tcp --dport 70000 -j DROP', 'frame.bad-value'],
  ['-A ufw-before-input -p tcp --dport 80:70 -j DROP', 'frame.bad-value'],
  ['-A ufw-before-input --dport 22 -j DROP', 'frame.unknown-option'],
  ['-A ufw-before-input -p tcp --dport ! 22 -j DROP', 'frame.not-negated'],
  ['-A ufw-before-input -p tcp --dport 22 --dport 23 -j DROP', 'frame.twice'],
  ['-A ufw-before-input -p tcp -dport 22 -j DROP', 'frame.unknown-option'],
  ['-A ufw-before-input --p tcp -j DROP', 'frame.unknown-option'],
  ['-A ufw-before-input -p nonesuch -j DROP', 'frame.protocol'],
  ['-A ufw-before-input -p udp -j REJECT --reject-with tcp-reset', 'frame.protocol'],
  ['-A ufw-before-input -s 2001:db8::1 -j DROP', 'frame.bad-address'],
  ['-A ufw-before-input -s www.example.com -j DROP', 'frame.bad-address'],
  ['-A ufw-before-input ! -s 10.0.0.1,10.0.0.2 -j DROP', 'frame.not-negated'],
  ['-A ufw-before-input -i "a b" -j DROP', 'frame.interface'],
  ['-A ufw-before-input -i 1234567890123456 -j DROP', 'frame.interface'],
  ['-A INPUT -o eth0 -j DROP', 'frame.interface'],
  ['-A ufw-before-input -j DROP # because', 'frame.bad-argument'],
  ['-A ufw-before-input -j drop', 'frame.unknown-chain'],
  ['-A nowhere -j DROP', 'frame.unknown-chain'],
  ['-A ufw-user-input -j DROP', 'frame.user-chain'],
  ['-A ufw-before-input -j ufw-before-input', 'frame.loop'],
  ['-A ufw-before-input -j MASQUERADE', 'frame.wrong-table'],
  ['-A PREROUTING -j MASQUERADE', 'frame.wrong-chain', 'nat'],
  ['-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1:0', 'frame.bad-value', 'nat'],
  ['-A PREROUTING -j DNAT --to-destination 10.0.0.1:80', 'frame.protocol', 'nat'],
  ['-A ufw-before-input -j LOG --log-prefix "a$b"', 'frame.bad-value'],
  ['-A ufw-before-input -j LOG --log-prefix "a', 'frame.open-quote'],
  ['-A ufw-before-input -m limit --limit 10001/s -j DROP', 'frame.bad-value'],
  ['-A ufw-before-input -m recent --rttl --rcheck -j DROP', 'frame.cannot'],
  ['-I ufw-before-input 9 -j DROP', 'frame.bad-position'],
  ['-D ufw-before-input -j DROP', 'frame.no-rule'],
  ['-R ufw-before-input 1 -j DROP', 'frame.cannot'],
  ['-w -A ufw-before-input -j DROP', 'frame.cannot'],
  ['-A ufw-before-input -A ufw-before-input', 'frame.twice'],
  ['-p tcp -j DROP', 'frame.no-command'],
  [':two', 'frame.bad-chain'],
  [':this-name-is-longer-than-any-name - [0:0]', 'frame.bad-chain'],
]

for (const [line, code, table] of REFUSED) {
  test(`${code}: ${line}`, () => {
    const { frame, faults } = compile(`# one\n*${table ?? 'filter'}\n\n${line}\nCOMMIT\n`)
    assert.equal(frame, undefined)
    assert.deepEqual(
      faults.map((fault) => [fault.code, fault.at]),
      [[code, { file: 'before.rules', line: 4 }]],
    )
  })
}

test('every fault of both files is told at once, in the order of the lines', () => {
  const bad = '*filter\n-A ufw-before-input -m set\n-A nowhere -j DROP\n*mangle\n-A x\n'
  const { frame, faults } = compileFrame(
    [
      { family: 4, path: 'before.rules', text: bad },
      { family: 6, path: 'before6.rules', text: 'COMMIT\n-A x\n*broken\n-A y\nCOMMIT\n' },
    ],
    NAMES,
  )
  assert.equal(frame, undefined)
  assert.deepEqual(
    faults.map(({ code, at }) => `${at!.file}:${at!.line} ${code}`),
    [
      'before.rules:1 frame.no-commit',
      'before.rules:2 frame.cannot',
      'before.rules:3 frame.unknown-chain',
      'before.rules:4 frame.no-commit',
      'before.rules:5 frame.unknown-chain',
      'before6.rules:1 frame.no-table',
      'before6.rules:2 frame.no-table',
      'before6.rules:3 frame.unknown-table',
    ],
  )
})

test('rules that UFW itself empties are left out with a warning, as are chains that no packet comes to', () => {
  const { frame, warnings } = compile(`*filter
:DOCKER-USER - [0:0]
-A DOCKER-USER -j RETURN
-A ufw-before-logging-input -j DROP
COMMIT
`)
  assert.ok(frame)
  assert.deepEqual(
    warnings.map(({ code, at }) => [code, at!.line]),
    [
      ['frame.ignored', 4],
      ['frame.unreached', 2],
    ],
  )
  assert.ok(!frame.chains.some(({ name }) => name === 'DOCKER-USER'))
})
