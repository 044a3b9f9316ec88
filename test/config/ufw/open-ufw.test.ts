/** Changing UFW's files: what is written, for whom, and beside whom. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { underLock } from '../../../src/config/ufw/open-ufw.ts'
import type { UfwPaths } from '../../../src/config/ufw/paths.ts'
import { readUfw } from '../../../src/config/ufw/read-ufw.ts'
import { resetFiles } from '../../../src/config/ufw/reset-files.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { ANYWHERE, type Rule } from '../../../src/firewall/rules/rule.ts'
import { realWorld } from '../../../src/world/real.ts'
import { askUfw, NO_UFW } from './ask-ufw.ts'
import { ufwFolder } from './place.ts'

const world = realWorld()

function allow(port: number, family: 4 | 6 = 4): Rule {
  return {
    ...{ family, action: 'allow', path: 'in', inInterface: undefined, outInterface: undefined },
    ...{ log: 'none', protocol: 'tcp', from: ANYWHERE, to: { ...ANYWHERE, ports: `${port}` }, comment: undefined },
  }
}

async function change(paths: UfwPaths, next: (state: UfwState) => UfwState): Promise<void> {
  await underLock(world, paths, ({ state, prepare }) => prepare(next(state)).commit())
}

const withRule =
  (port: number) =>
  (state: UfwState): UfwState => ({
    ...state,
    rules: [...state.rules, allow(port), allow(port, 6)],
  })

const ports = (paths: UfwPaths, family: 4 | 6 = 4) =>
  readUfw(world, paths)
    .state.rules.filter((rule) => rule.family === family)
    .map(({ to }) => Number(to.ports))

/** What stands in the folders, but for what UFW does not know. */
function leftovers({ folder, defaults }: UfwPaths): string[] {
  return [...readdirSync(folder), ...readdirSync(dirname(defaults))].filter((name) => name.startsWith('.'))
}

describe('a change', () => {
  test('on a host without the files makes all of them, and is read again', async () => {
    const { paths } = ufwFolder()
    const next: UfwState = {
      ...{ enabled: true, logging: 'high', ipv6: true, profilePolicy: 'accept' },
      policies: { in: 'reject', out: 'drop', forward: 'accept' },
      rules: [allow(22), allow(22, 6)],
    }
    await change(paths, () => next)
    assert.deepEqual(readUfw(world, paths).state, next)
    assert.equal(readUfw(world, paths).isNew, false)
    assert.equal(statSync(paths.userRules[4]).mode & 0o777, 0o640)
    assert.ok([paths.beforeRules, paths.afterRules].every((rules) => existsSync(rules[4]) && existsSync(rules[6])))
    assert.deepEqual(leftovers(paths), [])
  })

  test('replaces only the files that it changes', async () => {
    const { paths } = ufwFolder()
    await change(paths, withRule(22))
    const inode = (path: string) => statSync(path).ino
    const before = [paths.defaults, paths.conf, paths.userRules[6], paths.beforeRules[4]].map(inode)
    await change(paths, (state) => ({ ...state, rules: [...state.rules, allow(80)] }))
    assert.deepEqual([paths.defaults, paths.conf, paths.userRules[6], paths.beforeRules[4]].map(inode), before)
    assert.deepEqual(ports(paths), [22, 80])
    await change(paths, (state) => ({ ...state, policies: { ...state.policies, in: 'accept' } }))
    assert.equal(inode(paths.conf), before[1])
    assert.equal(readUfw(world, paths).state.policies.in, 'accept')
  })

  test('keeps comments, modes, owners and links', { skip: process.getuid?.() !== 0 }, async () => {
    const { root, paths } = ufwFolder()
    await change(paths, withRule(22))
    writeFileSync(join(root, 'elsewhere'), '# mine \xe9\nENABLED=no\n\nLOGLEVEL=low # or not\n', 'latin1')
    chmodSync(join(root, 'elsewhere'), 0o604)
    chownSync(join(root, 'elsewhere'), 12, 34)
    spawnSync('rm', [paths.conf])
    symlinkSync('../../elsewhere', paths.conf)
    await change(paths, (state) => ({ ...state, enabled: true }))
    const { uid, gid, mode } = statSync(join(root, 'elsewhere'))
    assert.deepEqual([uid, gid, mode & 0o777], [12, 34, 0o604])
    assert.equal(readFileSync(join(root, 'elsewhere'), 'latin1'), '# mine \xe9\nENABLED=yes\n\nLOGLEVEL=low # or not\n')
    assert.equal(readUfw(world, paths).state.enabled, true)
    assert.deepEqual(readdirSync(root).sort(), ['elsewhere', 'etc', 'ufw.lock'])
  })

  for (const [old, then] of [
    ['', 'ENABLED=yes\nLOGLEVEL=low\n'],
    ['ENABLED=no\nLOGLEVEL=bogus\n', 'ENABLED=yes\nLOGLEVEL=low\n'],
    ['LOGLEVEL=full\n#a\n', 'LOGLEVEL=full\n#a\nENABLED=yes\n'],
  ] as const) {
    test(`switched on, ${JSON.stringify(old)} names the level of the log, as with UFW`, async () => {
      const { paths } = ufwFolder()
      await change(paths, withRule(22))
      writeFileSync(paths.conf, old)
      await change(paths, (state) => ({ ...state, enabled: true }))
      assert.equal(readFileSync(paths.conf, 'utf8'), then)
    })
  }

  test('does not replace what is no file', { skip: process.getuid?.() !== 0 }, async () => {
    const { root, paths } = ufwFolder()
    await change(paths, withRule(22))
    const device = join(root, 'null')
    spawnSync('sh', ['-ec', `mknod ${device} c 1 3; rm ${paths.userRules[6]}; ln -s ${device} ${paths.userRules[6]}`])
    await assert.rejects(change(paths, withRule(23)), { code: 'ufw.no-regular-file' })
    assert.equal(statSync(device).isCharacterDevice(), true)
    assert.deepEqual([ports(paths), leftovers(paths)], [[22], []])
  })

  test('that is abandoned leaves nothing', async () => {
    const { paths } = ufwFolder()
    await change(paths, withRule(22))
    await underLock(world, paths, ({ state, prepare }) => prepare(withRule(23)(state)).abandon())
    assert.deepEqual([ports(paths), leftovers(paths)], [[22], []])
  })

  test('of nothing writes nothing', async () => {
    const { paths } = ufwFolder()
    await change(paths, withRule(22))
    const before = statSync(paths.userRules[4]).ino
    await change(paths, (state) => ({ ...state, rules: [...state.rules] }))
    await change(paths, (state) => ({ ...state, rules: state.rules.map((rule) => ({ ...rule })) }))
    assert.equal(statSync(paths.userRules[4]).ino, before)
  })

  test('may bring further files, which count with it', async () => {
    const { paths } = ufwFolder()
    await change(paths, withRule(22))
    await underLock(world, paths, ({ state, prepare }) =>
      prepare(withRule(23)(state), [{ path: paths.afterRules[4], content: 'mine\n', mode: 0o640 }]).commit(),
    )
    assert.deepEqual([readFileSync(paths.afterRules[4], 'utf8'), ports(paths)], ['mine\n', [22, 23]])
  })

  test('without IPv6 leaves its rules where they are', async () => {
    const { paths } = ufwFolder()
    await change(paths, withRule(22))
    await change(paths, (state) => ({ ...state, ipv6: false }))
    await change(paths, (state) => ({ ...state, logging: 'full', rules: [] }))
    await change(paths, (state) => ({ ...state, ipv6: true }))
    assert.deepEqual([ports(paths), ports(paths, 6)], [[], [22]])
  })
})

describe('the lock', () => {
  test('lets one command at a time, so that no rule is lost', { timeout: 60_000 }, async () => {
    const { paths } = ufwFolder()
    await change(paths, withRule(1))
    const script = `
      import { underLock } from '${join(process.cwd(), 'src/config/ufw/open-ufw.ts')}'
      import { realWorld } from '${join(process.cwd(), 'src/world/real.ts')}'
      const [paths, rules] = JSON.parse(process.argv[1])
      // The world's timers keep no process alive.
      const alive = setInterval(() => {}, 1000)
      await underLock(realWorld(), paths, ({ state, prepare }) =>
        prepare({ ...state, rules: [...state.rules, ...rules] }).commit())
      clearInterval(alive)`
    const children = Array.from({ length: 12 }, (_, index) => {
      const rules = [allow(index + 2), allow(index + 2, 6)]
      return spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, JSON.stringify([paths, rules])],
        {
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      )
    })
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    assert.deepEqual(
      codes,
      codes.map(() => 0),
    )
    const all = Array.from({ length: 13 }, (_, index) => index + 1)
    assert.deepEqual([ports(paths).sort((a, b) => a - b), ports(paths, 6).sort((a, b) => a - b)], [all, all])
  })

  test('is UFW’s: who holds it by fcntl keeps us out, and we him', { timeout: 60_000 }, async () => {
    const { paths } = ufwFolder()
    const python = `
import fcntl, sys
file = open(sys.argv[1], 'w')
try:
    fcntl.lockf(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if len(sys.argv) > 2 else 0))
    print('held', flush=True)
    sys.stdin.readline()
except OSError:
    print('refused', flush=True)`
    const holder = spawn('python3', ['-c', python, paths.lock!], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    let entered = false
    const ours = underLock(world, paths, () => {
      entered = true
      return spawnSync('python3', ['-c', python, paths.lock!, 'at once'], { encoding: 'utf8' }).stdout
    })
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(entered, false)
    holder.stdin.end()
    assert.equal(await ours, 'refused\n')
    assert.equal(spawnSync('python3', ['-c', python, paths.lock!, 'at once'], { encoding: 'utf8' }).stdout, 'held\n')
  })

  test('is taken though somebody wrote into it', async () => {
    const { paths } = ufwFolder()
    writeFileSync(paths.lock!, `not a database${' '.repeat(5000)}`)
    await change(paths, withRule(22))
    assert.deepEqual(ports(paths), [22])
  })

  test('that cannot be is a fault', async () => {
    const { paths } = ufwFolder()
    const lock = '/nonexistent/ufw.lock'
    await assert.rejects(change({ ...paths, lock }, withRule(22)), { code: 'ufw.no-lock' })
  })

  test('is given back when the command fails', async () => {
    const { paths } = ufwFolder()
    await assert.rejects(
      underLock(world, paths, () => Promise.reject(new Error('x'))),
      { message: 'x' },
    )
    await change(paths, withRule(22))
  })
})

test('the installed ufw goes on with what was written', { skip: NO_UFW }, async () => {
  const { paths } = ufwFolder()
  await change(paths, withRule(22))
  await change(paths, (state) => ({ ...state, logging: 'medium', policies: { ...state.policies, in: 'reject' } }))
  const written = ['defaults', 'conf'].map((name) => paths[name as 'defaults' | 'conf'])
  const all = [
    ...written,
    ...[paths.userRules, paths.beforeRules, paths.afterRules].flatMap((rules) => [rules[4], rules[6]]),
  ]
  const files = Object.fromEntries(all.map((path) => [path.slice(path.indexOf('/etc/')), readFileSync(path, 'utf8')]))
  const [answer] = askUfw([
    {
      files,
      commands: [
        ['--force', 'enable'],
        ['status', 'verbose'],
        ['allow', '23/tcp'],
        ['--force', 'disable'],
      ],
      read: ['/etc/ufw/user6.rules'],
    },
  ])
  assert.deepEqual(
    answer?.answers.map(({ code, err }) => [code, err]),
    [
      [0, ''],
      [0, ''],
      [0, ''],
      [0, ''],
    ],
  )
  assert.match(answer!.answers[1]!.out, /Logging: on \(medium\)\nDefault: reject \(incoming\), allow \(outgoing\)/)
  await change(paths, withRule(23))
  assert.equal(answer!.files['/etc/ufw/user6.rules'], readFileSync(paths.userRules[6], 'utf8'))
})

test('a folder of the host is made where there is none', async () => {
  const { root, paths } = ufwFolder()
  mkdirSync(join(root, 'etc'))
  await change(paths, withRule(22))
  assert.equal(statSync(paths.folder).mode & 0o777, 0o755)
})

describe('reset', () => {
  test('keeps what was there beside fresh files, and the settings', { skip: process.getuid?.() !== 0 }, async () => {
    const { paths } = ufwFolder()
    await change(paths, (state) => ({ ...withRule(22)(state), logging: 'high', enabled: true }))
    writeFileSync(paths.beforeRules[6], 'mine')
    chmodSync(paths.beforeRules[6], 0o604)
    chownSync(paths.beforeRules[6], 12, 34)
    const now = new Date(2026, 0, 2, 3, 4, 5).getTime()
    const reset = () =>
      underLock(world, paths, ({ state, prepare }) => {
        const next = { ...state, enabled: false, rules: [] }
        const { replacements, backups } = resetFiles(world.files, paths, next, now)
        prepare(next, replacements).commit()
        return backups
      })
    const names = ['user', 'before', 'after', 'user6', 'before6', 'after6'].map((name) => `${name}.rules`)
    const backups = names.map((name) => ({ name, path: `${paths.folder}/${name}.20260102_030405` }))
    assert.deepEqual(await reset(), backups)
    const { state } = readUfw(world, paths)
    assert.deepEqual([state.rules, state.enabled, state.logging], [[], false, 'high'])
    assert.match(readFileSync(backups[3]!.path, 'utf8'), /tuple ### allow tcp 22/)
    const { uid, gid, mode } = statSync(backups[4]!.path)
    assert.deepEqual([readFileSync(backups[4]!.path, 'utf8'), uid, gid, mode & 0o777], ['mine', 12, 34, 0o604])
    const fresh = statSync(paths.beforeRules[6])
    assert.deepEqual([fresh.uid, fresh.gid, fresh.mode & 0o777], [0, 0, 0o640])
    assert.match(readFileSync(paths.beforeRules[6], 'utf8'), /COMMIT/)
    // Within the same second.
    const later = names.map((name) => ({ name, path: `${paths.folder}/${name}.20260102_030406` }))
    assert.deepEqual(await reset(), later)
    assert.match(readFileSync(backups[3]!.path, 'utf8'), /tuple ### allow tcp 22/)
    assert.deepEqual(leftovers(paths), [])
  })
})

test('a new policy is written wherever after.rules names the old one', async () => {
  const { paths } = ufwFolder()
  await change(paths, withRule(22))
  const rules = '# \xe9\n-A ufw-after-input -j LOG --log-prefix "[UFW BLOCK] "\n'
  writeFileSync(paths.afterRules[4], rules, 'latin1')
  const relabelled = async (policy: 'accept' | 'drop', path: 'in' | 'out' | 'forward') => {
    await change(paths, (state) => ({ ...state, policies: { ...state.policies, [path]: policy } }))
    return readFileSync(paths.afterRules[4], 'latin1')
  }
  assert.equal(await relabelled('drop', 'in'), rules)
  assert.equal(await relabelled('accept', 'forward'), rules.replace('BLOCK', 'ALLOW'))
  assert.equal(await relabelled('drop', 'out'), rules)
})

test('profiles that cannot be looked at keep no command from its work', async () => {
  const { paths } = ufwFolder()
  await change(paths, withRule(22))
  mkdirSync(paths.profiles)
  symlinkSync('loop', join(paths.profiles, 'loop'))
  symlinkSync('nowhere', join(paths.profiles, 'dangling'))
  assert.equal(readUfw(world, paths).profiles.size, 0)
  spawnSync('rm', ['-r', paths.profiles])
  writeFileSync(paths.profiles, 'no folder')
  assert.equal(readUfw(world, paths).profiles.size, 0)
})
