/** Failures that ask the world before they count: real scripts, names that a test answers for, a clock that it sets. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseNetwork } from '../../../src/base/address.ts'
import type { Fault } from '../../../src/base/fault.ts'
import type { JailSettings } from '../../../src/config/settings.ts'
import { Asking } from '../../../src/engine/asking/asking.ts'
import type { Answer } from '../../../src/engine/asking/failure-answer.ts'
import type { HeldJail } from '../../../src/engine/held-jail.ts'
import { manualJail } from '../../../src/engine/manual-jail.ts'
import type { Found } from '../../../src/engine/reader/report.ts'
import { ignoreList } from '../../../src/jail/ignore.ts'
import type { JailOptions } from '../../../src/jail/jail-options.ts'
import { jailState } from '../../../src/jail/jail-state.ts'
import { fakeWorld } from '../../../src/world/fake.ts'
import { realRun } from '../../../src/world/real-run.ts'
import { sleep, until } from '../../lab/lab.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-asking-'))
after(() => rmSync(folder, { recursive: true }))
let scripts = 0

class Setup {
  readonly world = fakeWorld()
  readonly troubles = new Map<string, Fault | undefined>()
  readonly answers: string[] = []
  readonly asked: string[] = []
  /** By the name, its addresses; a promise that never comes is a silent name server. */
  names: Record<string, readonly string[] | Promise<never>> = {}
  hosts: Record<string, string> = {}
  readonly jail: HeldJail
  readonly #asking: Asking
  readonly #settings: JailSettings

  constructor(options: Partial<JailOptions>, resolvesNames = false) {
    const world = {
      ...this.world,
      run: realRun(),
      names: {
        addresses: async (name: string) => {
          this.asked.push(name)
          return this.names[name] ?? []
        },
        host: async (address: string) => this.hosts[address],
        own: () => [],
      },
    }
    const { state, ...manual } = manualJail(this.world)
    const own = { ...state.options, name: 'sshd', ...options }
    const ignored = ignoreList([{ network: parseNetwork('192.0.2.99')!, why: 'it stands in ignoreip' }])
    this.#settings = {
      name: 'sshd',
      options: own,
      resolvesNames,
      at: { file: 'jail.local' },
    } as unknown as JailSettings
    this.jail = {
      ...manual,
      name: 'sshd',
      settings: this.#settings,
      state: jailState({ ...state, options: own, ignored }),
    }
    this.#asking = new Asking({ world, onTrouble: (topic, fault) => this.troubles.set(topic, fault) })
  }

  load(): Promise<void> {
    return this.#asking.load([this.#settings])
  }

  /** @returns whether it asks first */
  fail(id: string, fields: Record<string, string> = {}, kind: 'ip' | 'dns' = 'ip'): boolean {
    const failure = { id, kind, time: 0, lines: [`line of ${id}`], attempts: 1, fields }
    const found: Found = { jail: 'sshd', failure }
    return this.#asking.takes(found, this.jail, (_, answers) =>
      this.answers.push(answers.map(said).join(' ') || 'nobody'),
    )
  }

  /** Waits for so many answers. */
  async heard(count: number): Promise<string[]> {
    await until(`${count} answers`, () => this.answers.length >= count)
    return this.answers
  }

  hurry(): Promise<void> {
    return this.#asking.hurry()
  }
}

function said({ network, ignored }: Answer): string {
  return `${network.text}${ignored === undefined ? ' counts' : `: ${ignored}`}`
}

/** A script that appends what it was given to a file of its own. */
function script(body: string): { readonly path: string; readonly told: () => string[] } {
  const path = join(folder, `script${scripts++}`)
  writeFileSync(
    path,
    `#!/bin/sh\nfor word; do printf '%s|' "$word"; done >> ${path}.told\necho >> ${path}.told\n${body}\n`,
  )
  chmodSync(path, 0o755)
  return {
    path,
    told: () => (existsSync(`${path}.told`) ? readFileSync(`${path}.told`, 'utf8').trimEnd().split('\n') : []),
  }
}

test('exit 0 ignores, any other counts, one address after the other', async () => {
  const { path, told } = script('test "$1" = 192.0.2.1')
  const setup = new Setup({ ignorecommand: `${path} <ip> '<F-USER>' "<family>"` })
  await setup.load()
  assert.ok(setup.fail('192.0.2.1', { user: 'bob' }))
  assert.deepEqual(await setup.heard(1), ['192.0.2.1: its ignorecommand says so'])
  setup.fail('2001:db8::1', { user: 'eve' })
  assert.equal((await setup.heard(2))[1], '2001:db8::1 counts')
  assert.deepEqual(told(), ['192.0.2.1|bob|inet4|', '2001:db8::1|eve|inet6|'])
})

test('a hostile value is one word of the command', async () => {
  const { path, told } = script('exit 1')
  const setup = new Setup({ ignorecommand: `${path} <ip> <F-USER> "<F-USER>" '<F-USER>'` })
  await setup.load()
  const user = `$(touch ${folder}/pwned) \`id\`; 'x' "y" | z`
  setup.fail('192.0.2.1', { user })
  await setup.heard(1)
  assert.deepEqual(told(), [`192.0.2.1|${user}|${user}|${user}|`])
  assert.equal(existsSync(join(folder, 'pwned')), false)
})

test('who is in ignoreip or banned already is not asked for; what is no address neither', async () => {
  const { path, told } = script('exit 0')
  const setup = new Setup({ ignorecommand: `${path} <ip>` })
  await setup.load()
  const network = parseNetwork('192.0.2.50')!
  setup.jail.state.bans.hold({
    jail: 'sshd',
    network,
    from: 0,
    until: undefined,
    failures: 1,
    count: 1,
    matches: [],
    origin: 'filter',
  })
  for (const id of ['192.0.2.99', '192.0.2.50', '999.1.1.1', 'host.example']) setup.fail(id)
  const answers = await setup.heard(4)
  assert.deepEqual([...answers].sort(), ['192.0.2.50 counts', '192.0.2.99: it stands in ignoreip', 'nobody', 'nobody'])
  assert.deepEqual(told(), [])
})

const BROKEN: readonly [what: string, command: string, trouble: RegExp][] = [
  ['is not there', '/no/such/command <ip>', /ended with 127/],
  ['is killed', 'kill -9 $$', /ended with 137/],
  ['may not be run', '/etc/passwd <ip>', /ended with 126/],
]

for (const [what, ignorecommand, trouble] of BROKEN) {
  test(`a command that ${what} is told, and the failure counts`, async () => {
    const setup = new Setup({ ignorecommand })
    await setup.load()
    setup.fail('192.0.2.1')
    assert.deepEqual(await setup.heard(1), ['192.0.2.1 counts'])
    assert.match(setup.troubles.get('ignorecommand sshd')?.message ?? '', trouble)
  })
}

test('a command that hangs lets failures count in time, in their order, and holds up no other address', async () => {
  const { path } = script('case $1 in 192.0.2.1) sleep 60;; esac; exit 1')
  const setup = new Setup({ ignorecommand: `${path} <ip>` })
  await setup.load()
  for (const id of ['192.0.2.1', '192.0.2.1', '192.0.2.1']) setup.fail(id)
  setup.fail('192.0.2.2')
  assert.deepEqual(await setup.heard(1), ['192.0.2.2 counts'])
  setup.world.advance(11_000)
  assert.equal((await setup.heard(4)).length, 4)
  assert.match(setup.troubles.get('ignorecommand sshd')?.message ?? '', /did not end in time/)
})

test('forty addresses ask four at once', async () => {
  const { path } = script(`echo + >> ${folder}/both; sleep 0.02; echo - >> ${folder}/both; exit 1`)
  const setup = new Setup({ ignorecommand: `${path} <ip>` })
  await setup.load()
  for (let i = 0; i < 40; i++) setup.fail(`192.0.2.${i}`)
  await setup.heard(40)
  let running = 0
  const most = readFileSync(`${folder}/both`, 'utf8')
    .trim()
    .split('\n')
    .map((sign) => (running += sign === '+' ? 1 : -1))
  assert.equal(Math.max(...most), 4)
})

test('more failures than may wait count at once, and that is told', async () => {
  const { path } = script('sleep 60')
  const setup = new Setup({ ignorecommand: `${path} <ip>` })
  await setup.load()
  for (let i = 0; i < 1100; i++) setup.fail(`10.0.${i >> 8}.${i & 255}`)
  assert.equal(setup.answers.length, 100)
  assert.match(setup.troubles.get('asking sshd')?.message ?? '', /1000 failures wait/)
  await setup.hurry()
  assert.equal(setup.answers.length, 1100)
})

test('answers are remembered by the key of ignorecache, as many and as long as it says', async () => {
  const { path, told } = script('test "$1" = bob')
  const ignorecache = { key: '<F-USER>@x', maxCount: 2, maxTime: 60 }
  const setup = new Setup({ ignorecommand: `${path} '<F-USER>'`, ignorecache })
  await setup.load()
  const ask = async (id: string, user: string) => {
    setup.fail(id, { user })
    return (await setup.heard(setup.answers.length + 1)).at(-1)
  }
  assert.equal(await ask('192.0.2.1', 'bob'), '192.0.2.1: its ignorecommand says so')
  assert.equal(await ask('192.0.2.2', 'bob'), '192.0.2.2: its ignorecache remembers that it is ignored')
  assert.equal(await ask('192.0.2.3', 'eve'), '192.0.2.3 counts')
  assert.equal(await ask('192.0.2.4', 'eve'), '192.0.2.4 counts')
  assert.deepEqual(told(), ['bob|', 'eve|'])
  // Remembered that it counts, but it is in ignoreip.
  assert.equal(await ask('192.0.2.99', 'eve'), '192.0.2.99: it stands in ignoreip')
  // What ignoreip says is not remembered.
  assert.equal(await ask('192.0.2.99', 'ann'), '192.0.2.99: it stands in ignoreip')
  assert.equal(await ask('192.0.2.5', 'ann'), '192.0.2.5 counts')
  assert.equal(await ask('192.0.2.6', 'bob'), '192.0.2.6: its ignorecommand says so')
  setup.world.advance(61_000)
  await ask('192.0.2.7', 'bob')
  assert.deepEqual(told(), ['bob|', 'eve|', 'ann|', 'bob|', 'bob|'])
})

test('a name that only its address claims is no host name', async () => {
  const { path, told } = script('exit 1')
  const setup = new Setup({ ignorecommand: `${path} <ip-host>` })
  setup.hosts = { '192.0.2.1': 'crawl.example', '192.0.2.2': 'crawl.example' }
  setup.names = { 'crawl.example': ['192.0.2.2'] }
  await setup.load()
  for (const id of ['192.0.2.1', '192.0.2.2']) {
    setup.fail(id)
    await setup.heard(setup.answers.length + 1)
  }
  assert.deepEqual(told(), ['None|', 'crawl.example|'])
})

test('names of a log mean their addresses where the admin says so, and are looked up once', async () => {
  const setup = new Setup({}, true)
  setup.names = {
    'bad.example': ['192.0.2.7', '2001:db8::7'],
    'crowd.example': Array.from({ length: 50 }, (_, i) => `192.0.2.${i}`),
  }
  await setup.load()
  assert.equal(setup.fail('192.0.2.1'), false)
  for (const name of ['bad.example', 'bad.example', 'none.example', 'crowd.example']) setup.fail(name, {}, 'dns')
  const answers = [...(await setup.heard(4))].sort()
  assert.deepEqual(answers.slice(1), [
    '192.0.2.7 counts 2001:db8::7 counts',
    '192.0.2.7 counts 2001:db8::7 counts',
    'nobody',
  ])
  assert.equal(answers[0]!.split(' counts').length - 1, 8)
  assert.equal(setup.asked.filter((name) => name === 'bad.example').length, 1)
})

test('a silent name server keeps nobody waiting for long, and few questions are open', async () => {
  const setup = new Setup({}, true)
  setup.names = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`n${i}.example`, new Promise<never>(() => {})]),
  )
  await setup.load()
  for (let i = 0; i < 1000; i++) setup.fail(`n${i}.example`, {}, 'dns')
  await sleep(50)
  assert.ok(setup.asked.length <= 16, `${setup.asked.length} questions`)
  assert.match(setup.troubles.get('names')?.message ?? '', /wait to be looked up/)
  setup.world.advance(11_000)
  assert.deepEqual(new Set(await setup.heard(1000)), new Set(['nobody']))
})

test('a jail that asks nothing takes nothing over', async () => {
  const setup = new Setup({})
  await setup.load()
  assert.equal(setup.fail('192.0.2.1'), false)
  assert.equal(setup.fail('name.example', {}, 'dns'), false)
})
