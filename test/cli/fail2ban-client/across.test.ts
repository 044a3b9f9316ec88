/** Each client with the other's server: the same answers, bytes and exit codes as from the server's own. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { noBoth } from '../../control/fail2ban/both.ts'
import { Client, type Told } from './client.ts'

/** Whom a jail bans, and what it ignores, an original server tells as objects of its own. */
const CHANGES = [
  'set one banip 192.0.2.7 198.18.0.0/24 2001:db8::7',
  'set one addignoreip 10.0.0.1 10.1.0.0/16',
  'set dbpurgeage 1.5d',
  '!sleep 1',
]
const LINES = [
  'ping',
  'status',
  'status one',
  'status one short',
  'banned',
  'banned 192.0.2.7',
  'get one banip',
  'get one banip ,',
  'get one banip --with-time',
  'get one banned',
  'get one banned 192.0.2.7 192.0.2.8',
  'get one ignoreip',
  'get one failregex',
  'get one datepattern',
  'get one actionproperties noop',
  'get dbpurgeage',
  'set one unbanip --report-absent 192.0.2.99',
  'set one bantime 1e3',
  'set one banip',
  'nope',
]

describe('a client with the server of the other', { skip: noBoth() }, () => {
  for (const server of ['fail2ban', 'rampart'] as const) {
    describe(`the server is ${server}`, () => {
      const told: Told[][] = []
      let client: Client
      before(async () => {
        client = await Client.open(server)
        await client.say(CHANGES)
        for (const which of ['fail2ban', 'rampart'] as const) told.push(await client.say(LINES, which))
      })
      after(() => client?.close())
      for (const [at, line] of LINES.entries()) {
        test(line, () => assert.deepEqual(told[1]![at], told[0]![at]))
      }
    })
  }
})
