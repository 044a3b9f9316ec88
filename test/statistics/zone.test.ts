/** Hours and days of zones, on the days when clocks are set. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zoneOf } from '../../src/statistics/zone.ts'

const AT: readonly (readonly [zone: string, utc: string, day: string, weekday: number, hour: number])[] = [
  ['UTC', '2026-11-23T00:00Z', '2026-11-23', 1, 0],
  ['Europe/Paris', '2026-11-22T23:30Z', '2026-11-23', 1, 0],
  ['Europe/Paris', '2026-07-01T22:30Z', '2026-07-02', 4, 0],
  ['Europe/Paris', '2026-03-29T00:59Z', '2026-03-29', 7, 1],
  ['Europe/Paris', '2026-03-29T01:00Z', '2026-03-29', 7, 3],
  ['Europe/Paris', '2026-10-25T00:30Z', '2026-10-25', 7, 2],
  ['Europe/Paris', '2026-10-25T01:30Z', '2026-10-25', 7, 2],
  ['Asia/Kolkata', '2026-11-22T18:30Z', '2026-11-23', 1, 0],
  ['Asia/Kathmandu', '2026-11-22T18:14Z', '2026-11-22', 7, 23],
  ['America/New_York', '2026-11-23T04:59Z', '2026-11-22', 7, 23],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z', '2026-10-04', 7, 2],
  ['UTC', '1969-12-31T23:00Z', '1969-12-31', 3, 23],
]
for (const [zone, utc, day, weekday, hour] of AT) {
  test(`${utc} in ${zone} is ${day}, ${hour} h`, () => {
    assert.deepEqual(zoneOf(zone).at(Date.parse(utc)), { day, weekday, hour })
  })
}

const STARTS: readonly (readonly [zone: string, utc: string, start: string])[] = [
  ['UTC', '2026-11-23T10:31Z', '2026-11-23T00:00Z'],
  ['Europe/Paris', '2026-11-23T10:31Z', '2026-11-22T23:00Z'],
  ['Europe/Paris', '2026-03-29T12:00Z', '2026-03-28T23:00Z'],
  ['Europe/Paris', '2026-10-25T22:00Z', '2026-10-24T22:00Z'],
  // Clocks are set forward at midnight: the day begins at 1 h.
  ['Africa/Cairo', '2026-04-24T12:00Z', '2026-04-23T22:00Z'],
  ['Asia/Beirut', '2026-03-29T12:00Z', '2026-03-28T22:00Z'],
  ['America/Havana', '2026-03-08T20:00Z', '2026-03-08T05:00Z'],
]
for (const [zone, utc, start] of STARTS) {
  test(`the day of ${utc} in ${zone} begins at ${start}`, () => {
    assert.equal(new Date(zoneOf(zone).dayStart(Date.parse(utc))).toISOString(), new Date(start).toISOString())
  })
}

test('a zone that there is not is UTC, and says so', () => assert.equal(zoneOf('Mars/Olympus').name, 'UTC'))
