/** From a line to whom a ban could be of: only what is an address to the last digit, and no wide network, goes on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Network, printNetwork } from '../../src/base/address.ts'
import { bannable } from '../../src/engine/enquire.ts'
import { filter } from '../../src/filter/filter.ts'
import type { Usedns } from '../../src/filter/filter-settings.ts'
import { settingsOf } from '../filter/settings.ts'

/** What stands in the line; what the filter tells of it; whom a ban could be of. */
type Row = readonly [text: string, id: string | undefined, network: string | undefined]

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  '^from <HOST>$': [
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['[192.0.2.1]', '192.0.2.1', '192.0.2.1'],
    ['999.2.3.4', '999.2.3.4', undefined],
    ['010.2.3.4', '010.2.3.4', undefined],
    ['0x7f.1', '0x7f.1', undefined],
    ['127.1', '127.1', undefined],
    ['2130706433', '2130706433', undefined],
    ['1.2.3.4.5', '1.2.3.4.5', undefined],
    ['٣.1.1.1', '٣.1.1.1', undefined],
    ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '::ffff:c000:201', '192.0.2.1'],
    ['::FFFF:192.0.2.1', undefined, undefined],
    ['2001:DB8:0:0::1', '2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1', '2001:db8::1'],
    ['2001:db8::1::2', '2001:db8::1::2', undefined],
    ['1:2', '1:2', undefined],
    ['fe80::1%eth0', undefined, undefined],
    ['192.0.2.1/0', undefined, undefined],
    ['example.org', 'example.org', undefined],
  ],
  '^from <SUBNET>$': [
    ['192.0.2.1/24', '192.0.2.1/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0', undefined],
    ['192.0.2.1/0', '192.0.2.1/0', undefined],
    ['192.0.2.1/8', '192.0.2.1/8', undefined],
    ['192.0.2.1/33', '192.0.2.1/33', undefined],
    ['192.0.2.1/٣', '192.0.2.1/٣', undefined],
    ['::/0', undefined, undefined],
    ['1::/0', '1::/0', undefined],
    ['2001:db8::1/64', '2001:db8::1/64', '2001:db8::/64'],
    ['::ffff:192.0.2.1/0', '192.0.2.1/0', undefined],
  ],
  '^from <F-ID>.*</F-ID>$': [
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1', ' 192.0.2.1', undefined],
    ['192.0.2.1; rm -rf /', '192.0.2.1; rm -rf /', undefined],
    ['0.0.0.0/0', '0.0.0.0/0', undefined],
    ['fe80::1%eth0', 'fe80::1%eth0', undefined],
    ['', '', undefined],
  ],
  '^from <DNS>$': [
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['host.example', 'host.example', undefined],
  ],
}

for (const [expression, rows] of Object.entries(ROWS)) {
  for (const [text, id, network] of rows) {
    test(`${expression} on "from ${text}" bans ${network ?? 'nobody'}`, () => {
      const found = idIn(expression, `from ${text}`)
      assert.equal(found, id)
      assert.equal(found === undefined ? undefined : printed(bannable(found)), network)
    })
  }
}

function idIn(expression: string, line: string): string | undefined {
  const usedns: Usedns = 'warn'
  const verdict = filter(settingsOf([expression], { usedns })).match(line, line, 0)
  return verdict?.kind === 'failure' ? verdict.failure.id : undefined
}

function printed(network: Network | undefined): string | undefined {
  return network && printNetwork(network)
}
