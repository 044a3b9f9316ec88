/** What UFW keeps of an address. The answers were recorded from ufw 0.36.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANYWHERE, addressText } from '../../../src/firewall/rules/rule.ts'
import { parseWritten } from '../../../src/firewall/rules/written-address.ts'

const ROWS: Readonly<Record<string, string | undefined>> = {
  '10.0.0.1': '10.0.0.1',
  '10.0.0.1/32': '10.0.0.1',
  '10.0.0.1/24': '10.0.0.0/24',
  '10.0.0.1/024': '10.0.0.0/024',
  '10.0.0.1/032': '10.0.0.1/032',
  '10.0.0.1/00': '0.0.0.0/00',
  '2001:db8::1/0128': '2001:db8::1/0128',
  '10.0.0.1/0': '0.0.0.0/0',
  '10.0.0.1/255.255.255.255': '10.0.0.1',
  '10.0.0.1/255.255.255.0': '10.0.0.0/24',
  '10.0.0.1/0.0.0.0': '0.0.0.0/0',
  '10.0.0.1/255.255.0.255': '10.0.0.1/255.255.0.255',
  '10.0.0.1/0.0.0.255': '0.0.0.1/0.0.0.255',
  '0.0.0.0': '0.0.0.0',
  '0.0.0.0/32': '0.0.0.0',
  '0.0.0.0/8': '0.0.0.0/8',
  '::1/064': '::1/064',
  '::1/127': '::1/127',
  '::1/128': '::1',
  '::5/0': '::5/0',
  '::': '::',
  '::/128': '::',
  'FE80::1/64': 'fe80::1/64',
  '2001:db8:0:0:1::1': '2001:db8::1:0:0:1',
  '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
  '::2:3:4:5:6:7:8': '0:2:3:4:5:6:7:8',
  '0001::': '1::',
  '::ffff:10.0.0.1': '::ffff:10.0.0.1',
  '::ffff:a00:1/120': '::ffff:10.0.0.1/120',
  '::102:304': '::1.2.3.4',
  '::0.0.0.5/64': '::5/64',
  any: undefined,
  '10.0.0': undefined,
  '010.0.0.1': undefined,
  '10.0.0.1/': undefined,
  '10.0.0.1/33': undefined,
  '10.0.0.1/24/24': undefined,
  '10.0.0.1/1e1': undefined,
  '10.0.0.1/255.255.255': undefined,
  '10.0.0.1/-1': undefined,
  '10.0.0.1 ': undefined,
  '::1/ffff::': undefined,
  '::1/129': undefined,
  '::1.2.3': undefined,
  'fe80::1%eth0': undefined,
  '12345::': undefined,
}

for (const [text, kept] of Object.entries(ROWS)) {
  test(`${text} is kept as ${kept ?? 'nothing: it is no address'}`, () => {
    const address = parseWritten(text)
    const again = address && addressText({ ...ANYWHERE, ...address.end }, address.family)
    assert.equal(again, kept)
    if (again) assert.deepEqual(parseWritten(again), address)
  })
}

test('every address of a family is no network', () => {
  assert.deepEqual(parseWritten('10.0.0.1/0'), { family: 4, end: { network: undefined } })
  assert.deepEqual(parseWritten('::/0'), { family: 6, end: { network: undefined } })
})

test('bits that count are told apart from those that are only written', () => {
  const { network } = parseWritten('fe80::1/64')!.end
  assert.equal(network?.text, 'fe80::/64')
  const holes = parseWritten('10.0.0.1/255.255.0.255')!.end
  assert.deepEqual([holes.network?.text, holes.mask], ['10.0.0.0/16', { bits: '10.0.0.1', mask: '255.255.0.255' }])
})
