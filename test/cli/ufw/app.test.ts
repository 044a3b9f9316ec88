/** `ufw app list` and `ufw app info`, as recorded from ufw 0.36.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printProfileNames, printProfiles, profilesJson } from '../../../src/cli/ufw/app.ts'
import { askUfw, NO_UFW } from '../../config/ufw/ask-ufw.ts'

const PROFILES = new Map(
  [
    { name: 'CIFS', title: 'SMB/CIFS server', description: 'SMB', ports: ['137,138/udp', '139,445/tcp'] },
    { name: 'Deluge', title: 'Deluge', description: 'BitTorrent', ports: ['6881:6891/tcp'] },
    { name: 'Full', title: 'A list', description: 'one\ntwo', ports: ['80,443/tcp'] },
    {
      ...{ name: 'Long', ports: ['1,2,3/tcp', '53'] },
      title: `A long title that goes on${' and on'.repeat(14)}`,
      description: `A long description that goes on${' and on'.repeat(14)}. ${'x'.repeat(99)} end. With   several   blanks and a tab\there.`,
    },
  ].map((profile) => [profile.name, profile]),
)

test('the names of all', () =>
  assert.equal(printProfileNames(PROFILES), 'Available applications:\n  CIFS\n  Deluge\n  Full\n  Long\n'))

test('none', () =>
  assert.equal(printProfileNames(new Map()) + printProfiles(new Map(), 'all'), 'Available applications:\n'))

const INFO: Readonly<Record<string, string>> = {
  CIFS: 'Profile: CIFS\nTitle: SMB/CIFS server\nDescription: SMB\n\nPorts:\n  137,138/udp\n  139,445/tcp\n',
  Deluge: 'Profile: Deluge\nTitle: Deluge\nDescription: BitTorrent\n\nPort:\n  6881:6891/tcp\n',
  "'[Full]": 'Profile: Full\nTitle: A list\nDescription: one\ntwo\n\nPorts:\n  80,443/tcp\n',
  Long: `Profile: Long
Title: A long title that goes on and on and on and on and on and on and on
and on and on and on and on and on and on and on and on
Description: A long description that goes on and on and on and on and on
and on and on and on and on and on and on and on and on and on and on.
${'x'.repeat(99)}
end. With   several   blanks and a tab\there.

Ports:
  1,2,3/tcp
  53
`,
}
for (const [name, is] of Object.entries(INFO)) {
  test(`what ${name} is`, () => assert.equal(printProfiles(PROFILES, name), is))
}

test('all of them, a line between', () => {
  const all = printProfiles(PROFILES, 'all')
  assert.ok(all.startsWith(`${INFO['CIFS']}\n--\n\n${INFO['Deluge']}\n--\n\n`))
  assert.ok(all.endsWith(INFO['Long']!))
})

test('what a profile says of itself can tell a terminal nothing', () => {
  const profile = { name: 'E', title: 'a\x1b[31m', description: 'b\x9b', ports: ['1'] }
  const text = printProfiles(new Map([['E', profile]]), 'E')
  assert.equal(text, 'Profile: E\nTitle: a\\x1b[31m\nDescription: b\\x9b\n\nPort:\n  1\n')
})

for (const [name, message] of Object.entries({
  nope: "Could not find profile 'nope'",
  cifs: "Could not find profile 'cifs'",
  '[nope]': "Could not find profile 'nope'",
  ALL: "Could not find profile 'ALL'",
  '1 2': "Could not find profile '1 2'",
  '': 'Invalid profile name',
  '22': 'Invalid profile name',
  '1_2': 'Invalid profile name',
  '22/tcp': 'Invalid profile name',
  '-x': 'Invalid profile name',
  ä: 'Invalid profile name',
})) {
  test(`app info '${name}' is refused`, () =>
    assert.throws(() => printProfiles(PROFILES, name), { code: 'ufw.profile', message }))
}

test('for programs', () =>
  assert.deepEqual(profilesJson(PROFILES, 'Deluge'), {
    profiles: [{ name: 'Deluge', title: 'Deluge', description: 'BitTorrent', ports: ['6881:6891/tcp'] }],
  }))

test('the installed ufw breaks the lines of 80 random descriptions as we do', { skip: NO_UFW }, () => {
  const profiles = new Map(
    Array.from({ length: 80 }, (_, i) => [`P${100 + i}`, { ...texts(i), name: `P${100 + i}`, ports: ['1'] }]),
  )
  const text = [...profiles.values()]
    .map(({ name, title, description }) => `[${name}]\ntitle=${title}\ndescription=${description}\nports=1\n`)
    .join('\n')
  const [said] = askUfw([
    {
      files: { '/etc/ufw/applications.d/ours': text },
      commands: [...profiles.keys()]
        .slice(0, 3)
        .map((name) => ['app', 'info', name])
        .concat([['app', 'info', 'all']]),
    },
  ])
  for (const [i, name] of [...profiles.keys()].slice(0, 3).entries()) {
    assert.equal(said!.answers[i]!.out, printProfiles(profiles, name))
  }
  const all = said!.answers[3]!.out.split('\n--\n\n').filter((one) => /^Profile: P1\d\d\n/.test(one))
  assert.equal(all.join('\n--\n\n'), printProfiles(profiles, 'all'))
})

function texts(seed: number): { readonly title: string; readonly description: string } {
  const words = [
    'x'.repeat(60 + (seed % 30)),
    'a-b'.repeat(1 + (seed % 18)),
    'ä漢'.repeat(1 + (seed % 9)),
    'word',
    'w',
    '',
  ]
  const text = (from: number) =>
    Array.from({ length: 3 + (seed % 25) }, (_, i) => words[(from * 7 + i * i) % 6]).join(' ')
  return { title: `t ${text(seed)} t`, description: `d ${text(seed + 3)} d` }
}
