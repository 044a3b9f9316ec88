/** Tuples that were written by hand. What becomes of them was recorded from ufw 0.36.2, except where a row says otherwise. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTuple, printTuple } from '../../../src/config/ufw/tuple.ts'

const ANY4 = '0.0.0.0/0 any 0.0.0.0/0'
const ANY6 = '::/0 any ::/0'
const services = (name: string) => ({ ssh: 22 })[name]

/** Tuple → what is written back; the same where it says so. */
const ROWS: Readonly<Record<string, string>> = {
  [`allow tcp 22 ${ANY4} in`]: 'same',
  [`allow tcp 22 ${ANY4}`]: `allow tcp 22 ${ANY4} in`,
  'allow tcp 22 any any any in': `allow tcp 22 ${ANY4} in`,
  'allow tcp 22 0.0.0.0/0 any 10.0.0.1/24 in': 'allow tcp 22 0.0.0.0/0 any 10.0.0.0/24 in',
  'allow tcp 22 0.0.0.0/0 any 10.0.0.1/255.255.255.0 in': 'allow tcp 22 0.0.0.0/0 any 10.0.0.0/24 in',
  'allow any any 0.0.0.0/0 any 10.0.0.5/32 in': 'allow any any 0.0.0.0/0 any 10.0.0.5 in',
  'allow any any 0.0.0.0/0 any 10.0.0.5/0 in': `allow any any ${ANY4} in`,
  'allow any any 0.0.0.0/0 any 0.0.0.0 in': 'same',
  [`allow tcp 443,80 ${ANY4} in`]: `allow tcp 80,443 ${ANY4} in`,
  [`allow tcp 80,80 ${ANY4} in`]: 'same',
  [`allow tcp 022 ${ANY4} in`]: 'same',
  [`allow tcp ssh ${ANY4} in`]: `allow tcp 22 ${ANY4} in`,
  [`allow any 80,443 ${ANY4} in`]: 'same',
  'allow tcp 65535 0.0.0.0/0 1:65535 0.0.0.0/0 in': 'same',
  [`permit tcp 22 ${ANY4} in`]: `deny tcp 22 ${ANY4} in`,
  [`ALLOW tcp 22 ${ANY4} in`]: `allow tcp 22 ${ANY4} in`,
  [`allow_log tcp 22 ${ANY4} in`]: 'same',
  [`allow_log_log tcp 22 ${ANY4} in`]: `allow_log tcp 22 ${ANY4} in`,
  [`deny_log-all tcp 22 ${ANY4} in`]: 'same',
  [`route:allow tcp 22 ${ANY4} in`]: 'same',
  [`route:allow tcp 22 ${ANY4} in_eth0!out_eth1`]: 'same',
  [`route:allow tcp 22 ${ANY4} out_eth1!in_eth0`]: `route:allow tcp 22 ${ANY4} in_eth1!out_eth0`,
  [`route:allow tcp 22 ${ANY4} out_eth1`]: 'same',
  [`allow tcp 22 ${ANY4} in_`]: `allow tcp 22 ${ANY4} in`,
  [`allow tcp 22 ${ANY4} in_eth_0`]: 'same',
  [`allow tcp 22 ${ANY4} in_eth0 comment=6869`]: 'same',
  [`allow tcp 22 ${ANY4} comment=6869`]: `allow tcp 22 ${ANY4} in comment=6869`,
  [`allow tcp 22 ${ANY4} in comment=C3A9`]: `allow tcp 22 ${ANY4} in comment=c3a9`,
  [`allow tcp 22 ${ANY4} in comment=27`]: 'same',
  [`allow tcp 22 ${ANY4} in comment=`]: `allow tcp 22 ${ANY4} in`,
  [`allow tcp 80,443 ${ANY4} Nginx%20Full - in`]: 'same',
  [`allow tcp 80,443 ${ANY4} Nginx%20Full -`]: `allow tcp 80,443 ${ANY4} Nginx%20Full - in`,
  [`allow tcp 80,443 ${ANY4} Nginx%20Full in`]: `allow tcp 80,443 ${ANY4} Nginx%20Full in in`,
  [`allow tcp 80,443 ${ANY4} - X in comment=6869`]: 'same',
  [`allow tcp 80,443 ${ANY4} - - in`]: `allow tcp 80,443 ${ANY4} in`,
  [`allow  tcp\t22 ${ANY4} in `]: `allow tcp 22 ${ANY4} in`,
  [`allow any any 0.0.0.0/0 any\u00a00.0.0.0/0 in`]: `allow any any ${ANY4} in`,
  [`allow tcp 22 ${ANY6} in`]: 'same',
  [`allow igmp any ${ANY6} in`]: 'same',
  'allow tcp 22 ::/0 any 2001:DB8:0:0:0:0:0:1 in': 'allow tcp 22 ::/0 any 2001:db8::1 in',
  'allow any any ::/0 any ::ffff:a00:1 in': 'allow any any ::/0 any ::ffff:10.0.0.1 in',
  'allow any any ::/0 any 2001:db8::1/32 in': 'same',
  'allow any any ::/0 any ::5/0 in': 'same',

  [`allow TCP 22 ${ANY4} in`]: 'malformed',
  [`allow icmp any ${ANY4} in`]: 'malformed',
  [`allow_foo tcp 22 ${ANY4} in`]: 'malformed',
  [`allow tcp 22 ${ANY4} IN`]: 'malformed',
  [`allow tcp 22 ${ANY4} foo`]: 'malformed',
  [`allow tcp 22 ${ANY4} in_eth0:1`]: 'malformed',
  [`allow tcp 22 ${ANY4} in_abcdefghijklmnopq`]: 'malformed',
  [`allow tcp 70000 ${ANY4} in`]: 'malformed',
  [`allow tcp 0 ${ANY4} in`]: 'malformed',
  [`allow tcp 5:1 ${ANY4} in`]: 'malformed',
  [`allow tcp 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 ${ANY4} in`]: 'malformed',
  'allow tcp 22 0.0.0.0/0 any 010.0.0.1 in': 'malformed',
  'allow any any ::/0 any fe80::1%eth0 in': 'malformed',
  'allow any any ::/0 any ::5/129 in': 'malformed',
  'allow tcp 22 0.0.0.0/0 any': 'bad length',
  allow: 'bad length',

  // UFW takes these, and iptables-restore then refuses the file, or UFW ends in an error of its own.
  [`allow esp 22 ${ANY4} in`]: 'malformed',
  [`allow tcp 22 ${ANY4} in_eth0!out_eth1`]: 'malformed',
  'allow tcp 22 0.0.0.0/0 any ::1 in': 'malformed',
  [`allow tcp 22 ${ANY4} X'Y - in`]: 'malformed',
  [`allow tcp 22 ${ANY4} in comment=zz`]: `allow tcp 22 ${ANY4} in`,
  [`allow tcp 22 ${ANY4} in comment=6869 extra`]: `allow tcp 22 ${ANY4} in`,
}

for (const [tuple, expected] of Object.entries(ROWS)) {
  test(`${JSON.stringify(tuple)} is ${expected === 'same' ? 'kept' : expected}`, () => {
    const family = tuple.includes('::') && !tuple.includes('0.0.0.0/0') ? 6 : 4
    const rule = parseTuple(tuple, family, services)
    assert.equal(typeof rule === 'string' ? rule : printTuple(rule), expected === 'same' ? tuple : expected)
  })
}

test('a comment of bytes that are no UTF-8 shows them', () => {
  const rule = parseTuple(`allow tcp 22 ${ANY4} in comment=61ff`, 4, services)
  assert.equal(typeof rule === 'string' ? rule : rule.comment, 'a\\xff')
})
