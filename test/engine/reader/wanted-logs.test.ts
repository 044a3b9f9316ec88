/** Which logs a jail's settings bring, by its backend. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JailSettings } from '../../../src/config/settings.ts'
import { wantedBy } from '../../../src/engine/reader/wanted-logs.ts'
import { settingsOf } from '../../filter/settings.ts'

const MATCH = ['_SYSTEMD_UNIT="ssh d.service" + _COMM=sshd', 'A=b']
const MATCHES = ['_SYSTEMD_UNIT=ssh d.service', '+', '_COMM=sshd', '+', 'A=b']

const JOURNALS: readonly (readonly [backend: string, choice: object])[] = [
  ['systemd', {}],
  ['Systemd', {}],
  ['systemd[journalpath=/run/log/journal/machine-1]', { folder: '/run/log/journal/machine-1' }],
  ['systemd[journalfiles="/a/system.journal, /b/*.journal"]', { files: ['/a/system.journal', '/b/*.journal'] }],
  ['systemd[namespace=web, journalflags=1]', { namespace: 'web', of: 'all' }],
  ['systemd[journalflags=4]', { of: 'system' }],
  ['systemd[journalflags=8]', { of: 'user' }],
  ['systemd[rotated=on]', {}],
]
for (const [backend, choice] of JOURNALS) {
  test(`backend = ${backend}`, () => {
    const [log] = wantedBy(settings({ backend, filter: { ...settingsOf([]), journalmatch: MATCH } }))
    assert.deepEqual(log, {
      name: 'journal:a',
      wanted: { kind: 'journal', name: 'a', choice: { matches: MATCHES, ...choice }, start: 'end', backSeconds: 600 },
    })
  })
}

const FILES: readonly (readonly [backend: string, poll: boolean])[] = [
  ['auto', false],
  ['pyinotify', false],
  ['Polling', true],
]
for (const [backend, poll] of FILES) {
  test(`backend = ${backend} ${poll ? 'asks for no watch' : 'is told by the kernel'}`, () => {
    const logs = [
      { path: '/var/log/a.log', tail: false },
      { path: '/var/log/b.log', tail: true },
    ]
    assert.deepEqual(
      wantedBy(settings({ backend, logs })).map(({ wanted }) => wanted),
      [
        { kind: 'file', pattern: '/var/log/a.log', start: 'begin', poll },
        { kind: 'file', pattern: '/var/log/b.log', start: 'end', poll },
      ],
    )
  })
}

const PATHS: readonly (readonly [path: string, name: string, wanted: object])[] = [
  ['-', '/dev/stdin', { kind: 'input' }],
  ['/dev/stdin', '/dev/stdin', { kind: 'input' }],
  ['/dev/kmsg', 'kmsg', { kind: 'kernel', start: 'end' }],
  ['/old/a.log.*.gz', '/old/a.log.*.gz', { kind: 'packed', pattern: '/old/a.log.*.gz' }],
]
for (const [path, name, wanted] of PATHS) {
  test(`logpath = ${path}`, () => {
    assert.deepEqual(wantedBy(settings({ backend: 'auto', logs: [{ path, tail: false }] })), [{ name, wanted }])
  })
}

function settings(some: Partial<JailSettings>): JailSettings {
  return { name: 'a', logs: [], filter: settingsOf([]), options: { findtime: 600 }, ...some } as unknown as JailSettings
}
