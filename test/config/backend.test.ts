/** What a jail's `backend` may be, and what is said of the rest. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const ROWS: readonly (readonly [sentence: string, jail: string, told: string])[] = [
  ['each of Fail2ban’s names', 'backend = pyinotify', ''],
  ['whatever its case', 'backend = POLLING', ''],
  ['with parameters', 'backend = systemd[journalpath=/x, namespace="y"]', ''],
  ['a name that is none is told, and the logs are read', 'backend = inotify', 'warning config.bad-backend'],
  ['brackets that hold no parameters are a fault', 'backend = systemd[journalpath]', 'fault config.bad-parameters'],
  ['so is a match with an open quote', 'backend = systemd\njournalmatch = A="b', 'fault config.bad-quotes'],
]

for (const [sentence, jail, told] of ROWS) {
  test(sentence, () => {
    const world = fakeWorld()
    world.put('/etc/jail.conf', `[a]\nenabled = true\nfailregex = <HOST>\nlogpath = /x\n${jail}\n`)
    const { faults, warnings, jails } = loadConfiguration(world, ['/etc'], {})
    const all = [...faults.map(({ code }) => `fault ${code}`), ...warnings.map(({ code }) => `warning ${code}`)]
    assert.equal(all.join(), told)
    assert.equal(jails.length, faults.length > 0 ? 0 : 1)
  })
}
