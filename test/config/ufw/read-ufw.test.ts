/** Reading UFW's files: settings, rules, faults and warnings, as UFW says them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import { readUfw } from '../../../src/config/ufw/read-ufw.ts'
import { STOCK_STATE } from '../../../src/config/ufw/stock.ts'
import { type FakeWorld, fakeWorld } from '../../../src/world/fake.ts'
import { askUfw, NO_UFW } from './ask-ufw.ts'
import { DEFAULTS } from './place.ts'

const PATHS = ufwPaths()

function host(files: Readonly<Record<string, string | undefined>> = {}): FakeWorld {
  const world = fakeWorld()
  const all = {
    [PATHS.defaults]: DEFAULTS,
    [PATHS.conf]: 'ENABLED=no\nLOGLEVEL=low\n',
    [PATHS.userRules[4]]: '',
    [PATHS.userRules[6]]: '',
    ...files,
  }
  for (const [path, text] of Object.entries(all)) if (text !== undefined) world.put(path, text)
  return world
}

test('a host that has none of the files begins with the settings of a fresh UFW', () => {
  const { state, isNew, warnings } = readUfw(fakeWorld(), PATHS)
  assert.deepEqual([state, isNew, warnings], [STOCK_STATE, true, []])
  const { warnings: _, profiles: __, services: ___, ...same } = readUfw(host(), PATHS)
  assert.deepEqual(same, { state: STOCK_STATE, isNew: false })
})

test('settings are read', () => {
  const { state } = readUfw(
    host({
      [PATHS.defaults]: DEFAULTS.replace('"DROP"', '"reject"').replace('"SKIP"', 'ACCEPT'),
      [PATHS.conf]: 'ENABLED=YES\nLOGLEVEL="HIGH"\n',
    }),
    PATHS,
  )
  assert.deepEqual(state, {
    enabled: true,
    logging: 'high',
    ipv6: true,
    policies: { in: 'reject', out: 'accept', forward: 'drop' },
    profilePolicy: 'accept',
    rules: [],
  })
})

test('without IPv6 its rules do not count', () => {
  const rules = (family: string) => `### tuple ### allow tcp 22 ${family} any ${family} in\n`
  const files = { [PATHS.userRules[4]]: rules('0.0.0.0/0'), [PATHS.userRules[6]]: rules('::/0') }
  assert.equal(readUfw(host(files), PATHS).state.rules.length, 2)
  const off = host({ ...files, [PATHS.defaults]: DEFAULTS.replace('IPV6=yes', 'IPV6=no') })
  assert.equal(readUfw(off, PATHS).state.rules.length, 1)
})

describe('what cannot be read is said in words of UFW', () => {
  const rows: Readonly<Record<string, readonly [path: string, text: string | undefined]>> = {
    "Couldn't stat '/etc/default/ufw'": [PATHS.defaults, undefined],
    "Couldn't stat '/etc/ufw/ufw.conf'": [PATHS.conf, undefined],
    "Couldn't stat '/etc/ufw/user.rules'": [PATHS.userRules[4], undefined],
    "Couldn't stat '/etc/ufw/user6.rules'": [PATHS.userRules[6], undefined],
    "Missing policy for 'input'": [PATHS.defaults, ''],
    "Missing policy for 'output'": [PATHS.defaults, DEFAULTS.replace('"ACCEPT"', '""')],
    "Invalid policy 'foo' for 'forward'": [PATHS.defaults, DEFAULTS.replace(/FORWARD_POLICY=.*/, 'FORWARD_POLICY=FOO')],
  }
  for (const [message, [path, text]] of Object.entries(rows)) {
    test(message, () => assert.throws(() => readUfw(host({ [path]: text }), PATHS), { message }))
  }
  test('and so says the installed ufw', { skip: NO_UFW }, () => {
    const answers = askUfw(
      Object.values(rows).map(([path, text]) => ({ files: { [path]: text ?? null }, commands: [['status']] })),
    )
    assert.deepEqual(
      answers.map(({ answers: [answer] }) => answer?.err),
      Object.keys(rows).map((message) => `ERROR: ${message}\n`),
    )
  })
})

test('warnings come in UFW’s order and words', { skip: NO_UFW }, () => {
  const { userRules, beforeRules, afterRules, profiles, folder } = PATHS
  const open = [
    PATHS.defaults,
    PATHS.conf,
    folder,
    profiles,
    ...[userRules, beforeRules, afterRules].flatMap(Object.values),
  ]
  const files: Record<string, { text?: string; mode?: number; uid?: number }> = {}
  for (const path of open as string[]) files[path] = { mode: 0o777, uid: 5 }
  files[userRules[4]] = { text: '### tuple ### x\n### tuple ### allow icmp any any any any in\n', mode: 0o646 }
  files[userRules[6]] = { text: '### tuple ### allow tcp 99999 ::/0 any ::/0 in\n', mode: 0o640 }
  files[`${profiles}/zz`] = { text: '[Zapp]\ntitle=T\n', mode: 0o664, uid: 7 }
  files[`${profiles}/zy`] = { text: '[ssh]\n', mode: 0o644 }
  const [answer] = askUfw([{ files, commands: [['status']] }])

  const world = host({ ...Object.fromEntries(Object.entries(files).map(([path, { text }]) => [path, text])) })
  world.put(PATHS.services, 'ssh 22/tcp\n')
  world.put(PATHS.conf, 'ENABLED=no\n')
  world.put(PATHS.defaults, DEFAULTS)
  const { stat } = world.files
  const files2 = {
    ...world.files,
    stat: (path: string) => {
      const found = stat(path)
      const { mode = found?.mode, uid = 0 } = files[path] ?? {}
      const kind = found?.kind ?? 'file'
      return (found || files[path]) && { ...(found ?? stat(PATHS.conf)!), kind, mode: mode!, owner: uid, group: uid }
    },
  }
  const { warnings } = readUfw({ ...world, files: files2 }, PATHS)
  assert.equal(warnings.map((warning) => `WARN: ${warning}\n`).join(''), answer!.answers[0]!.err)
})

test('a tuple that is shown has no control characters', () => {
  const world = host({ [PATHS.userRules[4]]: '### tuple ### \x1b[2J\n' })
  assert.deepEqual(readUfw(world, PATHS).warnings, ['Skipping malformed tuple (bad length): \\x1b[2J\n'])
})
