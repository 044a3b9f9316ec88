/** What fail2ban.conf says of the history. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readServer } from '../../src/config/read-server.ts'
import { fakeWorld } from '../../src/world/fake.ts'

/** Files, and for how long an admin wants bans that are over to be remembered; undefined: as long as the guard likes. */
const purgeages: readonly (readonly [string, Readonly<Record<string, string>>, number | undefined])[] = [
  ['no file says none', {}, undefined],
  ["the day of the packages is no admin's choice", { 'fail2ban.conf': '1d' }, undefined],
  ['another time in their file is', { 'fail2ban.conf': '2d' }, 172_800],
  ['a day in an own file is', { 'fail2ban.conf': '1d', 'fail2ban.local': '1d' }, 86_400],
  ['and one in a file beside it', { 'fail2ban.conf': '1d', 'fail2ban.d/purge.conf': '24h' }, 86_400],
  ['what is no duration is none', { 'fail2ban.conf': 'soon' }, undefined],
]

for (const [name, files, chosen] of purgeages) {
  test(`of dbpurgeage ${name}`, () => {
    const world = fakeWorld()
    for (const [path, value] of Object.entries(files)) {
      world.put(`/etc/fail2ban/${path}`, `[Definition]\ndbpurgeage = ${value}\n`)
    }
    assert.equal(readServer(world, ['/etc/fail2ban']).server.chosenPurgeage, chosen)
  })
}
