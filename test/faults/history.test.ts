/** The history under faults: its file damaged, locked, gone, not to be written, its disk full. Bans go on, and are kept. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { ask, follow } from '../../src/control/client.ts'
import { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const JAILS = `
[load]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/load.log
maxretry = 1
bantime = 1h
[other]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/other.log
maxretry = 1
bantime = 1h
port = 8080
`

interface Known {
  readonly jail: string
  readonly until: number | undefined
}

/** A lab with bans, and what they must be after whatever is done to the history. */
class Scene {
  readonly lab: Lab
  guard: Guarding
  readonly all = new Map<string, Known>()
  #fresh = 0

  private constructor(lab: Lab, guard: Guarding) {
    this.lab = lab
    this.guard = guard
  }

  static async set(): Promise<Scene> {
    const lab = await Lab.open(JAILS)
    for (const log of ['load', 'other']) lab.write(`log/${log}.log`, '')
    return new Scene(lab, await lab.guard())
  }

  path(name = 'history.db'): string {
    return join(this.lab.folder, 'state', name)
  }

  socket(): string {
    return join(this.lab.folder, 'run/rampart.sock')
  }

  /** By hand: no log could tell of them again. */
  async banByHand(addresses: readonly string[], more: { readonly jail?: string; readonly lasts?: string } = {}) {
    const outcomes = await ask(this.socket(), { verb: 'ban', addresses, ...more })
    assert.ok(outcomes.every(({ done }) => done))
    await this.note()
  }

  /** A new offender; resolves when the kernel has him. */
  async offend(): Promise<string> {
    const [address] = unique(20, 1, this.#fresh++) as [string]
    this.lab.append('log/load.log', probeLine(address))
    await until(`the ban of ${address}`, async () => (await this.lab.inKernel()).includes(address))
    await this.note()
    return address
  }

  /** From now on these bans must be. */
  async note(): Promise<void> {
    for (const [address, known] of await this.banned()) if (!this.all.has(address)) this.all.set(address, known)
  }

  async banned(): Promise<Map<string, Known>> {
    const found = new Map<string, Known>()
    for (const { name } of (await ask(this.socket(), { verb: 'status' })).jails) {
      for (const { address, until: end, pending } of (await ask(this.socket(), { verb: 'jail', jail: name })).bans) {
        if (!pending) found.set(address, { jail: name, until: end })
      }
    }
    return found
  }

  /** Kernel and status hold all bans, of the same jails, to the same ends. */
  async agree(): Promise<void> {
    await until('all bans in status', async () => (await this.banned()).size >= this.all.size)
    const [found, kernel] = [await this.banned(), new Set(await this.lab.inKernel())]
    const jails = (bans: ReadonlyMap<string, Known>) =>
      [...bans].map(([address, { jail }]) => `${jail} ${address}`).sort()
    assert.deepEqual(jails(found), jails(this.all))
    for (const [address, { until: end }] of this.all) {
      assert.ok(kernel.has(inSet(address)), `${address} in the kernel`)
      // One that no history had yet is banned anew by its line, from then on.
      const late = (found.get(address)!.until ?? 0) - (end ?? 0)
      assert.ok(late > -2000 && late < 60_000, `${address} ends ${late} ms later`)
    }
  }

  /** Of the ban of a new offender. */
  async numberOfAnEvent(): Promise<number> {
    let number = 0
    const heard = follow(this.socket(), ({ kind, seq }) => {
      number = seq
      return kind !== 'ban'
    })
    await sleep(100)
    await this.offend()
    await heard
    return number
  }

  rows(sql: string): Record<string, unknown>[] {
    const database = new DatabaseSync(this.path(), { readOnly: true })
    try {
      return database.prepare(sql).all()
    } finally {
      database.close()
    }
  }
}

/** Each goes on where the one before left off: the bans of all of them are there at the end. */
describe('R13 a guard that was killed', { skip: noLab() ?? false }, () => {
  let scene: Scene
  before(async () => {
    scene = await Scene.set()
    await scene.banByHand(['10.9.0.1', '2001:db8:9::1'], { jail: 'load' })
    await scene.banByHand(['10.9.0.2', '10.9.9.0/24'], { jail: 'other', lasts: '2h' })
    await scene.banByHand(['10.9.0.3'])
  })
  after(() => scene?.lab.close())

  const database = () => scene.path()
  const log = () => scene.path('history.db-wal')
  const gone = () => {
    for (const name of readdirSync(scene.path('.'))) rmSync(scene.path(name))
  }

  /** What is done to the history of a guard that is dead. */
  const damages: readonly (readonly [string, () => void])[] = [
    ['random bytes for a history', () => writeFileSync(database(), randomBytes(100_000))],
    ['half of its history', () => cut(database(), 0.5)],
    ['an empty history', () => cut(database(), 0)],
    ['no history', gone],
    ['a history without its log', () => rmSync(log())],
    ['random bytes for its log', () => writeFileSync(log(), randomBytes(100_000))],
    ['random bytes in its history', () => overwrite(database(), 0.4, randomBytes(8192))],
    ['a folder for a history', () => [gone(), mkdirSync(database())]],
  ]

  for (const [name, damage] of damages) {
    test(`R13 and finds ${name} starts, no ban is gone for a moment, new ones are made`, async () => {
      const told = await scene.numberOfAnEvent()
      await scene.guard.kill()
      damage()
      const looking = look(scene.lab, [...scene.all.keys()])
      scene.guard = await scene.lab.guard()
      await scene.agree()
      const next = await scene.numberOfAnEvent()
      await scene.agree()
      assert.equal(await looking(), 0, 'looks without all of the bans')
      assert.ok(next > told, 'numbers of events go on')
      const copies = readdirSync(scene.path('.')).filter((one) => /\.damaged-\d+$/.test(one))
      assert.ok(copies.length <= 3, copies.join(' '))
    })
  }
})

describe('R13 a guard whose history cannot be written', { skip: noLab() ?? false }, () => {
  let scene: Scene
  before(async () => {
    scene = await Scene.set()
    await scene.banByHand(['10.9.0.1', '10.9.9.0/24'], { jail: 'load' })
    await scene.offend()
  })
  after(() => scene?.lab.close())

  const history = async () => (await ask(scene.socket(), { verb: 'status' })).history.state

  test('R13 since it is locked at the start and after a reboot: it guards, and bans as before when the lock ends', async () => {
    await scene.guard.kill()
    await scene.lab.server.must(['nft', 'delete', 'table', 'inet', 'rampart_bans'])
    const other = new DatabaseSync(scene.path())
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    scene.guard = await scene.lab.guard()
    assert.equal(await history(), 'locked')
    await scene.offend()
    other.close()
    await until('the history', async () => (await history()) === 'ok')
    await scene.agree()
    assert.deepEqual(scene.rows(`SELECT count(*) AS n FROM ban WHERE ended IS NULL AND origin = 'import'`)[0]!['n'], 0)
  })

  test('R13 since it is locked while bans are in the kernel: they stay, and are the same when the lock ends', async () => {
    await scene.guard.kill()
    const other = new DatabaseSync(scene.path())
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    scene.guard = await scene.lab.guard()
    await scene.agree()
    await scene.offend()
    other.close()
    await until('the history', async () => (await history()) === 'ok')
    await scene.agree()
  })

  const kept = (address: string) =>
    until(
      `${address} in the history`,
      () => scene.rows(`SELECT 1 FROM ban WHERE address = '${address}'`).length > 0,
      15_000,
    )

  test('R13 since its file system is read-only: it guards, and writes when that ends', async () => {
    await scene.guard.kill()
    await scene.lab.server.must(['mount', '-o', 'remount,bind,ro', '/var/lib/rampart'])
    scene.guard = await scene.lab.guard()
    assert.equal(await history(), 'read-only')
    await scene.agree()
    const address = await scene.offend()
    await scene.lab.server.must(['mount', '-o', 'remount,bind,rw', '/var/lib/rampart'])
    await kept(address)
    await scene.agree()
  })

  test('R13 since its files are of another user: it guards, and writes when it may', async () => {
    await scene.guard.kill()
    for (const name of ['.', ...readdirSync(scene.path('.'))]) chownSync(scene.path(name), 65534, 65534)
    const argv = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', join(ROOT, 'bin/rampart'), 'up']
    scene.guard = await Guarding.start(scene.lab.server, argv)
    assert.equal(await history(), 'read-only')
    await scene.agree()
    const address = await scene.offend()
    for (const name of ['.', ...readdirSync(scene.path('.'))]) chownSync(scene.path(name), 0, 0)
    await kept(address)
    await scene.agree()
  })

  test('R15 since a newer version wrote it: it guards with what it can read, and leaves it as it is', async () => {
    await scene.guard.stop()
    const database = new DatabaseSync(scene.path())
    database.exec('PRAGMA user_version = 99')
    database.close()
    scene.guard = await scene.lab.guard()
    assert.equal(await history(), 'read-only')
    await scene.agree()
    const address = await scene.offend()
    await scene.guard.kill()
    assert.deepEqual(scene.rows(`SELECT 1 FROM ban WHERE address = '${address}'`), [])
    assert.deepEqual({ ...scene.rows('PRAGMA user_version')[0] }, { user_version: 99 })
  })
})

describe('R14 a guard whose disk is full', { skip: noLab() ?? false }, () => {
  let scene: Scene
  before(async () => {
    scene = await Scene.set()
    await scene.guard.stop()
    await scene.lab.server.must(['mount', '-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', '/var/lib/rampart'])
    scene.guard = await scene.lab.guard()
    await scene.banByHand(['10.9.0.1'])
  })
  after(() => scene?.lab.close())

  /** Within the server's mounts. */
  const inside = (script: string) => scene.lab.server.must(['sh', '-ec', script])
  const history = async () => (await ask(scene.socket(), { verb: 'status' })).history.state

  test('R14 bans by log and by hand, tells so, and keeps all when there is room, without a restart', async () => {
    await inside('cat /dev/zero > /var/lib/rampart/filler 2>/dev/null || true')
    for (let i = 0; i < 5; i++) await scene.offend()
    await until('it is noticed', async () => {
      await scene.offend()
      return (await history()) === 'full'
    })
    // Who bans by hand is not kept waiting for the disk.
    await scene.banByHand(['10.9.0.2', '10.9.0.3'], { jail: 'other' })
    await scene.agree()
    await inside('rm /var/lib/rampart/filler')
    await until('the history', async () => (await history()) === 'ok', 15_000)
    await scene.guard.kill()
    scene.guard = await scene.lab.guard()
    await scene.agree()
  })

  test('R14 and is killed then takes the bans by hand back from the kernel', async () => {
    await inside('cat /dev/zero > /var/lib/rampart/filler 2>/dev/null || true')
    await until('it is noticed', async () => {
      await scene.offend()
      return (await history()) === 'full'
    })
    await scene.banByHand(['10.9.0.4'], { jail: 'other' })
    await scene.guard.kill()
    await inside('rm /var/lib/rampart/filler')
    scene.guard = await scene.lab.guard()
    await scene.agree()
  })
})

/** Looks without pause whether the kernel holds all of these. @returns ends it: how often it did not */
function look(lab: Lab, addresses: readonly string[]): () => Promise<number> {
  let isOver = false
  let without = 0
  const looking = (async () => {
    while (!isOver) {
      const held = new Set(await lab.inKernel())
      if (!addresses.every((address) => held.has(inSet(address)))) without++
      await sleep(20)
    }
  })()
  return async () => {
    isOver = true
    await looking
    return without
  }
}

/** As an element names it. */
function inSet(address: string): string {
  return address.replace(/\/.*/, '')
}

function cut(path: string, part: number): void {
  const file = openSync(path, 'r+')
  ftruncateSync(file, Math.floor(statSync(path).size * part))
  closeSync(file)
}

function overwrite(path: string, part: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, Math.floor(statSync(path).size * part))
  closeSync(file)
}
