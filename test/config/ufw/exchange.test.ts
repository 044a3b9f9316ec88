/** A change of UFW's files that is cut off anywhere: by a kill, by a full disk, by what cannot be replaced. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { random } from '../../../fuzz/random.ts'
import { Fault } from '../../../src/base/fault.ts'
import { underLock } from '../../../src/config/ufw/open-ufw.ts'
import { type UfwPaths, ufwPaths } from '../../../src/config/ufw/paths.ts'
import { exchanged, readUfw } from '../../../src/config/ufw/read-ufw.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { printTuple } from '../../../src/config/ufw/tuple.ts'
import { ANYWHERE, type Rule } from '../../../src/firewall/rules/rule.ts'
import type { Files } from '../../../src/world/files.ts'
import { realWorld } from '../../../src/world/real.ts'
import type { World } from '../../../src/world/world.ts'
import { ufwFolder } from './place.ts'
import { disk, PowerCut } from './power-cut.ts'

const world = realWorld()
/** Each takes the start of a program. */
const KILLS = process.env['RAMPART_ALL'] ? 200 : 15

/** Every file of the settings and of the rules changes with it. */
function state(number: number): UfwState {
  const rule = (family: 4 | 6): Rule => ({
    ...{ family, action: 'allow', path: 'in', inInterface: undefined, outInterface: undefined },
    ...{ log: 'none', protocol: 'tcp', from: ANYWHERE, comment: undefined },
    to: { ...ANYWHERE, ports: `${number}` },
  })
  const odd = number % 2 === 1
  return {
    ...{ enabled: odd, logging: odd ? 'low' : 'high', ipv6: true, profilePolicy: odd ? 'skip' : 'accept' },
    policies: { in: odd ? 'drop' : 'accept', out: 'accept', forward: 'drop' },
    rules: [rule(4), rule(6)],
  }
}

function put(where: World, paths: UfwPaths, number: number): Promise<void> {
  return underLock(where, paths, ({ prepare }) => prepare(state(number)).commit())
}

const told = ({ enabled, logging, profilePolicy, policies, rules }: UfwState) =>
  [enabled, logging, profilePolicy, policies.in, ...rules.map(printTuple)].join(', ')
const OLD = told(state(1))
const NEW = told(state(2))

const litter = ({ folder }: UfwPaths) => readdirSync(folder).filter((name) => name.startsWith('.'))

const EFFECTS = ['write', 'create', 'overwrite', 'rename', 'remove', 'syncFolder', 'makeFolder'] as const

/** Files that go as long as `allowed` effects; from then on each ends in what `cut` throws. */
function cutAfter(allowed: number, cut: (effect: string, path: string, content: unknown) => Error) {
  let left = allowed
  const effect =
    (name: (typeof EFFECTS)[number]) =>
    (...given: unknown[]) => {
      if (left-- <= 0) throw cut(name, given[0] as string, given[1])
      return (world.files[name] as (...given: unknown[]) => unknown)(...given)
    }
  const files = { ...world.files, ...Object.fromEntries(EFFECTS.map((name) => [name, effect(name)])) } as Files
  return { world: { ...world, files }, wasCut: () => left < 0 }
}

class Killed extends Error {}

describe('a command that is killed', () => {
  for (const mounted of [false, true]) {
    const how = mounted ? ', where one file cannot be replaced' : ''
    test(`at any instant leaves all of the old or all of the new${how}`, async () => {
      const seen = new Set<string>()
      for (let instant = 0; ; instant++) {
        const { paths } = ufwFolder()
        await put(world, paths, 1)
        const cut = cutAfter(instant, (effect, path, content) => {
          // What was being written stands there in part.
          if (effect === 'create' || effect === 'overwrite')
            writeFileSync(path, Buffer.from(content as string).subarray(0, 9))
          return new Killed()
        })
        const where = mounted ? withMounted(cut.world, paths.defaults) : cut.world
        await put(where, paths, 2).catch((thrown) => assert.ok(thrown instanceof Killed, String(thrown)))

        const after = told(readUfw(world, paths).state)
        assert.ok(after === OLD || after === NEW, `after ${instant} effects: ${after}`)
        await underLock(world, paths, (ufw) => assert.equal(told(ufw.state), after, `after ${instant} effects`))
        assert.equal(told(readUfw(world, paths).state), after)
        assert.deepEqual(litter(paths), [])
        seen.add(after)
        if (!cut.wasCut()) break
      }
      assert.deepEqual([...seen], [OLD, NEW])
    })
  }

  test('and the next one killed as well, at any two instants, leaves the old or the new', async () => {
    for (let first = 5; first < 30; first++) {
      for (let second = 0; second < 14; second += 3) {
        const { paths } = ufwFolder()
        await put(world, paths, 1)
        const dead = () => new Killed()
        await put(cutAfter(first, dead).world, paths, 2).catch(() => {})
        const between = told(readUfw(world, paths).state)
        await put(cutAfter(second, dead).world, paths, 3).catch(() => {})
        const after = told(readUfw(world, paths).state)
        assert.ok([between, told(state(3))].includes(after), `after ${first} and ${second}: ${after}`)
      }
    }
  })

  test('by SIGKILL, again and again, leaves the old or the new, and the next one goes on', {
    timeout: 120_000,
  }, async (t) => {
    const { paths } = ufwFolder()
    await put(world, paths, 1)
    const counts = { [OLD]: 0, [NEW]: 0 }
    for (let kill = 0; kill < KILLS; kill++) {
      const child = await writer(paths)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
      child.kill('SIGKILL')
      await once(child, 'exit')
      const after = told(readUfw(world, paths).state)
      assert.ok(after in counts, after)
      counts[after]!++
    }
    await put(world, paths, 4)
    assert.equal(told(readUfw(world, paths).state), told(state(4)))
    assert.deepEqual(litter(paths), [])
    t.diagnostic(`old ${counts[OLD]}, new ${counts[NEW]}`)
  })
})

test('a power cut at any instant leaves the old state or the new, whatever was not synced', async () => {
  const paths = { ...ufwPaths(), lock: undefined }
  const next = random(5)
  const seen = new Set<string>()
  const first = disk(new Map())
  await put(first.world, paths, 1)
  const contents = new Map(exchanged(paths).map((path) => [path, first.world.files.text(path)]))
  for (let instant = 0; instant < 30; instant++) {
    for (let turn = 0; turn < 20; turn++) {
      const before = disk(contents, instant)
      await put(before.world, paths, 2).catch((thrown) => assert.ok(thrown instanceof PowerCut, String(thrown)))
      const { world: after } = before.afterPowerCut(next)
      const found = told(readUfw(after, paths).state)
      assert.ok(found === OLD || found === NEW, `after ${instant} effects: ${found}`)
      await underLock(after, paths, (ufw) => assert.equal(told(ufw.state), found))
      assert.equal(told(readUfw(after, paths).state), found)
      seen.add(found)
    }
  }
  assert.deepEqual([...seen].sort(), [NEW, OLD].sort())
})

test('who reads while another writes reads the old state or the new', { timeout: 60_000 }, async () => {
  const { paths } = ufwFolder()
  await put(world, paths, 1)
  const child = await writer(paths)
  const seen = new Set<string>()
  try {
    for (let read = 0; read < 2000; read++) seen.add(told(readUfw(world, paths).state))
  } finally {
    child.kill('SIGKILL')
  }
  await once(child, 'exit')
  assert.deepEqual([...seen].sort(), [NEW, OLD].sort())
})

describe('a full disk', () => {
  test('at any instant leaves the old state and nothing else, and the command fails', async () => {
    for (let instant = 0; ; instant++) {
      const { paths } = ufwFolder()
      await put(world, paths, 1)
      let written = 0
      const full = (...given: unknown[]) => {
        if (written++ < instant) return (world.files.create as (...given: unknown[]) => void)(...given)
        writeFileSync(given[0] as string, 'in part')
        throw new Fault('file.full', 'the disk is full')
      }
      const failed = await put({ ...world, files: { ...world.files, create: full } }, paths, 2).then(
        () => false,
        (thrown) => thrown.code === 'file.full',
      )
      assert.equal(told(readUfw(world, paths).state), failed ? OLD : NEW)
      assert.deepEqual(litter(paths), [])
      if (!failed) break
    }
  })
})

describe('on disks of their own', () => {
  const inside = (...words: string[]) => spawnSync('unshare', ['-m', ...words], { encoding: 'utf8', timeout: 60_000 })
  const possible = inside('mount', '-t', 'tmpfs', 'tmpfs', '/mnt')
  const skip = possible.status === 0 ? false : `no private mounts: ${possible.stderr}`
  const words = ['--disable-warning=ExperimentalWarning', `${import.meta.dirname}/on-mounts.ts`]
  const done = skip ? undefined : inside(process.execPath, ...words)
  const found = () => JSON.parse(done!.stdout || assert.fail(done!.stderr))

  test('a full disk leaves the old state, until there is room', { skip }, () => {
    assert.deepEqual(found().full, ['saved', 'low', 'file.full', 'low', 'saved', 'full'])
  })
  test('a new host whose /etc/default is on another disk gets its files', { skip }, () => {
    assert.deepEqual(found().apart, ['saved', 'high', String(0o644)])
  })
  test('files that are mounted one by one are written over', { skip }, () => {
    assert.deepEqual(found().mounted, ['saved', 'saved', 'high', 'true'])
  })
  test('one file that takes no writing leaves the old state of all', { skip }, () => {
    assert.deepEqual(found().immutable, ['ufw.not-writable', 'high'])
  })
  test('a disk that takes no writing leaves the old state', { skip }, () => {
    assert.deepEqual(found().readOnly, ['ufw.no-lock', 'high'])
  })
})

test('links are followed when a killed command is finished', async () => {
  const { root, paths } = ufwFolder()
  await put(world, paths, 1)
  spawnSync('sh', ['-ec', `mv ${paths.userRules[4]} ${root}/moved; ln -s ${root}/moved ${paths.userRules[4]}`])
  for (let instant = 8; instant < 26; instant++) {
    const dead = cutAfter(instant, () => new Killed())
    await put(dead.world, paths, 2 + (instant % 2)).catch(() => {})
    const after = told(readUfw(world, paths).state)
    await underLock(world, paths, (ufw) => assert.equal(told(ufw.state), after))
    assert.equal(readFileSync(paths.userRules[4], 'utf8'), readFileSync(join(root, 'moved'), 'utf8'))
    assert.deepEqual(readdirSync(root).sort(), ['etc', 'moved', 'ufw.lock'])
  }
})

/** A command that changes the files to and fro, as fast as it can. */
async function writer(paths: UfwPaths) {
  const root = join(import.meta.dirname, '../../..')
  const script = `
    import { underLock } from '${root}/src/config/ufw/open-ufw.ts'
    import { realWorld } from '${root}/src/world/real.ts'
    const [paths, states] = JSON.parse(process.argv[1])
    const alive = setInterval(() => {}, 1000)
    process.stdout.write('go\\n')
    for (let turn = 0; ; turn++)
      await underLock(realWorld(), paths, ({ prepare }) => prepare(states[turn % 2]).commit())`
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, [...words, JSON.stringify([paths, [state(1), state(2)]])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

/** As where a single file is mounted into a container. */
function withMounted(from: World, path: string): World {
  const rename: Files['rename'] = (source, to) => {
    if (to === path) throw new Fault('file.busy', `${path} is mounted`)
    from.files.rename(source, to)
  }
  return { ...from, files: { ...from.files, rename } }
}
