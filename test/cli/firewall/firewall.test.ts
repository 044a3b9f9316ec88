/** `rampart firewall`: from files to files and kernel, in a network namespace of their own. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rampart } from '../../../src/cli/rampart/command.ts'
import { printUserRules } from '../../../src/config/ufw/user-rules.ts'
import { realWorld } from '../../../src/world/real.ts'
import { randomRule } from '../../config/ufw/random-rules.ts'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { until } from '../../lab/lab.ts'
import { type Host, openHost, type Said } from '../ufw/host.ts'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const selfCommand = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN]

const has = (text: string) => run('nft', 'list', 'ruleset').includes(text)

async function firewall(host: Host, words: string, input = ''): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    ...{ colour: false, columns: undefined },
  }
  async function* bytes() {
    yield new TextEncoder().encode(input)
  }
  const code = await rampart(
    {
      ...{ world: realWorld(), terminal, version: '0', pid: process.pid, isRoot: true, stockFolder: '' },
      ...{ readerCommand: [], selfCommand, input: bytes, stopped: new Promise<string>(() => {}) },
    },
    ['firewall', ...words.split(' '), '--datadir', host.folder],
  )
  return { code, out: out.join(''), err: err.join('').replace(/^WARN: .* is world writable!\n/m, '') }
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

inNamespace(import.meta.filename, () => {
  test('what is exported is what ufw was told, one line for both families', async () => {
    const host = openHost()
    for (const sentence of [
      'allow 22/tcp',
      'deny from 192.0.2.1',
      'route allow in on eth0 out on eth1',
      'logging high',
    ]) {
      await host.say(sentence)
    }
    await host.say('--force delete 4')
    assert.deepEqual(linesOf((await firewall(host, 'export')).out), [
      ...['disable', 'logging high', 'default deny incoming', 'default allow outgoing', 'default deny routed'],
      ...['app default skip', 'allow from 0.0.0.0/0 to any port 22 proto tcp', 'deny from 192.0.2.1'],
      'route allow in on eth0 out on eth1',
    ])
  })

  test('an export applied changes nothing, whatever the rules are', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      let state = seed * 7919
      const next = () => {
        state = (state * 1103515245 + 12345) % 2147483648
        return state / 2147483648
      }
      const host = openHost()
      await host.say('allow 1')
      const rules = ([4, 6] as const).flatMap((family) => Array.from({ length: 40 }, () => randomRule(family, next)))
      for (const family of [4, 6] as const) {
        host.write(`etc/ufw/user${family === 4 ? '' : '6'}.rules`, printUserRules({ ...host.state(), rules }, family))
      }
      const before = host.tuples()
      assert.ok(before.length > 40)
      const file = (await firewall(host, 'export')).out
      const plan = await firewall(host, 'plan -', file)
      assert.deepEqual(plan, { code: 0, out: 'Nothing would change\n', err: '' })
      assert.deepEqual(await firewall(host, 'apply -', file), { code: 0, out: 'Nothing to change\n', err: '' })
      // On a host without rules they come to be the same ones.
      const other = openHost()
      const isPlain = (text: string) => !/OpenSSH|Nginx|a_b/.test(text)
      assert.equal((await firewall(other, 'apply -', file.split('\n').filter(isPlain).join('\n'))).err, '')
      assert.deepEqual(other.tuples(), before.filter(isPlain))
    }
  })

  test('a file is planned, applied in kernel and files, and a second time changes nothing', async () => {
    const host = openHost()
    await host.say('allow 4201/tcp')
    await host.say('allow 4202/tcp')
    await host.say('enable')
    const file = 'default reject incoming\nufw allow 4202/tcp\nallow 4203/udp comment "a # b"\n# nothing else\n'
    const changes = [
      ...['- default deny incoming', '+ default reject incoming', '- allow 4201/tcp'],
      "+ allow 4203/udp comment 'a # b'",
    ]
    assert.deepEqual(await firewall(host, 'plan -', file), { code: 1, out: `${changes.join('\n')}\n`, err: '' })
    assert.ok(has('4201'))
    assert.deepEqual(await firewall(host, 'apply -', file), { code: 0, out: `${changes.join('\n')}\nDone\n`, err: '' })
    assert.deepEqual([has('4201'), has('4202'), has('4203')], [false, true, true])
    assert.equal(host.state().policies.in, 'reject')
    assert.ok(host.state().enabled)
    const kernel = run('nft', 'list', 'ruleset')
    assert.equal((await firewall(host, 'apply -', file)).out, 'Nothing to change\n')
    assert.equal(run('nft', 'list', 'ruleset'), kernel)
    await firewall(host, 'apply -', 'disable')
    assert.deepEqual([host.state().enabled, host.tuples(), has('inet rampart {')], [false, [], false])
  })

  test('of a file with faults nothing is done, and each is told with its line', async () => {
    const host = openHost()
    await host.say('allow 4204')
    const file =
      'allow 99999\nallow 80/tcp\ndeny 80/tcp\n\ninsert 1 allow 5\ndelete allow 5\nreset\ntuple 4 x\nallow "5\n'
    const { code, err } = await firewall(host, 'apply -', file)
    assert.equal(code, 1)
    const places = [...err.matchAll(/standard input:(\d+): /g)].map(([, line]) => line)
    assert.deepEqual(places, ['1', '3', '5', '6', '7', '8', '9'])
    assert.equal(host.tuples().length, 2)
    assert.equal((await firewall(host, 'plan -', file)).code, 2)
    assert.equal((await firewall(host, 'plan /nowhere')).code, 2)
  })

  test('history tells what made each generation, and each can be had again', async () => {
    const host = openHost()
    assert.match((await firewall(host, 'history')).out, /^No change/)
    await host.say('allow 4205/tcp')
    await host.say('enable')
    await host.say('deny 4206/tcp')
    await host.say('deny 4206/tcp')
    const seen = JSON.parse((await firewall(host, 'history --json')).out) as {
      generations: { number: number; command: string | null; rules: number; current: boolean }[]
    }
    assert.deepEqual(
      seen.generations.map(({ number, command, rules, current }) => [
        number,
        command?.replace(/--datadir=\S+ /, ''),
        rules,
        current,
      ]),
      [
        [1, undefined, 0, false],
        [2, 'ufw allow 4205/tcp', 2, false],
        [3, 'ufw enable', 2, false],
        [4, 'ufw deny 4206/tcp', 4, true],
      ],
    )
    const before = join(host.folder, 'etc/ufw/before.rules')
    const text = readFileSync(before, 'utf8')
    writeFileSync(before, text.replace('\nCOMMIT\n', '\n-A ufw-before-input -p tcp --dport 4207 -j ACCEPT\nCOMMIT\n'))
    assert.match((await firewall(host, 'history')).out, /Changed since by another program or by hand\n$/)
    const { code, out } = await firewall(host, 'rollback 2')
    assert.deepEqual([code, out.split('\n').slice(0, 3)], [0, ['- enable', '+ disable', '- deny 4206/tcp']])
    assert.equal(readFileSync(before, 'utf8'), text)
    assert.deepEqual([host.state().enabled, host.tuples().length, has('4205')], [false, 2, false])
    // Taken back itself, by the generation before: as it was found, with what was edited.
    const back = await firewall(host, 'rollback')
    assert.deepEqual([back.code, back.err], [0, ''])
    assert.deepEqual([host.state().enabled, host.tuples().length, has('4207')], [true, 4, true])
    assert.match((await firewall(host, 'rollback 99')).err, /there is no generation 99/)
    assert.match((await firewall(host, 'rollback x')).err, /there is no generation NaN/)
    await host.say('disable')
  })

  test('what a file or a generation changed is taken back unless it is confirmed, files and all', async () => {
    const host = openHost()
    await host.say('allow 4208/tcp')
    await host.say('enable')
    const before = join(host.folder, 'etc/ufw/before.rules')
    const stock = readFileSync(before, 'utf8')
    const { code, out } = await firewall(host, 'apply - --rollback 1', 'allow 4209/tcp\ndefault reject incoming')
    assert.equal(code, 0)
    assert.match(out, /^It is taken back in 1 s, unless you say: ufw confirm$/m)
    assert.deepEqual([has('4208'), has('4209')], [false, true])
    await host.say('allow 4210/tcp')
    await until('the rule is back', () => has('4208'), 20_000)
    await until('files as well', () => host.tuples().length === 4, 20_000)
    assert.deepEqual([has('4209'), has('4210'), host.state().policies.in], [false, true, 'drop'])

    const edited = stock.replace('\nCOMMIT\n', '\n-A ufw-before-input -p tcp --dport 4211 -j ACCEPT\nCOMMIT\n')
    writeFileSync(before, edited)
    await host.say('reload')
    await firewall(host, 'rollback 2 --rollback 1 --json')
    assert.deepEqual([readFileSync(before, 'utf8') === stock, host.state().enabled, has('4211')], [true, false, false])
    await until('it is on again', () => has('4211'), 20_000)
    await until('so is the file', () => readFileSync(before, 'utf8') === edited, 20_000)
    assert.deepEqual([host.state().enabled, host.tuples().length], [true, 4])
    await firewall(host, 'apply - --rollback 1', 'allow 4212/tcp')
    assert.equal((await host.say('confirm')).code, 0)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    assert.deepEqual([has('4212'), host.tuples().length], [true, 2])
    await host.say('disable')
  })

  test('50 generations are kept; a history that is damaged or cannot be written holds up no change', async () => {
    const host = openHost()
    for (let port = 1; port <= 60; port++) await host.say(`allow ${port}/tcp`)
    const { generations } = JSON.parse((await firewall(host, 'history --json')).out) as {
      generations: { number: number }[]
    }
    assert.deepEqual([generations.length, generations.at(-1)?.number], [50, 61])
    const folder = join(host.folder, 'var/lib/rampart/firewall')
    writeFileSync(join(folder, 'generations.json'), '{"a')
    assert.equal((await host.say('allow 61/tcp')).code, 0)
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    const { code, err } = await host.say('allow 62/tcp')
    assert.equal(code, 0)
    assert.match(err, /^WARN: this change is not in the history: /)
    assert.equal(host.tuples().length, 124)
  })
})
