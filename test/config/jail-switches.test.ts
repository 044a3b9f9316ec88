/** The file of `rampart jail enable` and `disable`: its lines, and what it means for the jails that run. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseIni } from '../../src/config/ini.ts'
import { withSwitch } from '../../src/config/jail-switches.ts'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import { fakeWorld } from '../../src/world/fake.ts'

describe('its lines', () => {
  const on = withSwitch('', 'sshd', true)
  const options = (text: string) => {
    const { sections, faults } = parseIni(text, '/f')
    assert.deepEqual(faults, [])
    return [...sections].map(
      ([name, { options }]) => `${name} ${[...options].map(([key, { text }]) => `${key}=${text}`)}`,
    )
  }

  test('a jail is switched on, off, and nothing said of it; of an empty file nothing is left', () => {
    assert.deepEqual(options(on), ['sshd enabled=true'])
    assert.deepEqual(options(withSwitch(on, 'sshd', false)), ['sshd enabled=false'])
    const two = withSwitch(on, 'a]b', false)
    assert.deepEqual(options(two), ['sshd enabled=true', 'a]b enabled=false'])
    assert.deepEqual(options(withSwitch(two, 'sshd', undefined)), ['a]b enabled=false'])
    assert.equal(withSwitch(on, 'sshd', undefined), '')
    assert.equal(withSwitch(on, 'other', undefined), on)
  })

  test('what somebody wrote into it stays', () => {
    const own = '; mine\n[sshd]\n# why\nmaxretry = 2\nEnabled : no\n\n[x]\nbantime = 1d\n'
    assert.equal(withSwitch(own, 'sshd', true), own.replace('Enabled : no', 'enabled = true'))
    assert.equal(withSwitch(own, 'sshd', undefined), own.replace('Enabled : no\n', ''))
    assert.equal(withSwitch(own, 'x', true), own.replace('[x]\n', '[x]\nenabled = true\n'))
  })
})

describe('which jails run', () => {
  const STOCK = '[DEFAULT]\nenabled = false\nfailregex = <HOST>\n[a]\n[b]\n[c]\n'
  const SWITCHES = '/etc/rampart/jail.d/zz-rampart.local'
  const rows: readonly [sentence: string, files: Readonly<Record<string, string>>, jails: string][] = [
    ['without it those that are found', {}, 'a b'],
    ['switched on, one runs beside those that are found', { [SWITCHES]: '[c]\nenabled = true' }, 'a b c'],
    ['switched off, a found one does not', { [SWITCHES]: '[b]\nenabled = false' }, 'a'],
    [
      'switched on, one runs beside those that are named',
      { '/etc/fail2ban/jail.local': '[a]\nenabled = true', [SWITCHES]: '[c]\nenabled = true' },
      'a c',
    ],
    [
      'the last named one switched off: none is found in its place',
      { '/etc/fail2ban/jail.local': '[c]\nenabled = true', [SWITCHES]: '[c]\nenabled = false' },
      '',
    ],
    [
      'the same where [DEFAULT] names all',
      { '/etc/fail2ban/jail.local': '[DEFAULT]\nenabled = true', [SWITCHES]: '[c]\nenabled = false' },
      'a b',
    ],
    [
      'switched on what the admin has off: what he has off says nothing of the others',
      { '/etc/fail2ban/jail.local': '[b]\nenabled = false', [SWITCHES]: '[b]\nenabled = true' },
      'a b',
    ],
    [
      'a file of the same name elsewhere is a file as any other',
      {
        '/etc/fail2ban/zz-rampart.local': '[c]\nenabled = true',
        '/etc/fail2ban/jail.d/zz.local': '[c]\nenabled = true',
      },
      'c',
    ],
  ]
  for (const [sentence, files, jails] of rows) {
    test(sentence, () => {
      const world = fakeWorld()
      for (const [path, text] of Object.entries({ '/stock/jail.conf': STOCK, ...files })) world.put(path, text)
      const found = (name: string) => name === 'a' || name === 'b'
      const read = loadConfiguration(world, ['/stock', '/etc/fail2ban', '/etc/rampart'], { found })
      assert.equal(read.jails.map(({ name }) => name).join(' '), jails)
    })
  }
})
