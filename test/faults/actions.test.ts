/** Actions that are scripts: they hang, fail, hear hostile words, and nobody else is the worse for it. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { payloads } from '../action/payloads.ts'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const jail = (name: string, action: string, more = '') => `[${name}]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/${name}.log
maxretry = 1
action = ${action}
${more}
`

const BLOCK = 'nftables-multiport[port="80"]'
/** Whoever starts this names himself, and his child. */
const HANGS = 'echo $$ >> DIR/hung-<name>; sleep 1000 & echo $! >> DIR/hung-<name>; wait'
const NOTES = `[Definition]
actionstart = echo "start <name>" >> DIR/<name>
actionstop = echo "stop <name>" >> DIR/<name>
actionban = echo "ban <ip> <restored> <failures> <bantime>" >> DIR/<name>
actionunban = echo "unban <ip>" >> DIR/<name>
`

/** A lab with actions; `DIR` in them is a folder of the lab. */
async function labWith(jails: string, actions: Readonly<Record<string, string>>, filters = {}): Promise<Lab> {
  const lab = await Lab.open(jails)
  for (const name of ['fail2ban/action.d', 'fail2ban/filter.d', 'acts']) mkdirSync(join(lab.folder, name))
  for (const [name, text] of Object.entries(actions)) {
    lab.write(`fail2ban/action.d/${name}.conf`, text.replaceAll('DIR', join(lab.folder, 'acts')))
  }
  for (const [name, text] of Object.entries(filters)) lab.write(`fail2ban/filter.d/${name}.conf`, String(text))
  for (const [, name] of jails.matchAll(/^\[(\w+)\]/gm)) lab.append(`log/${name}.log`, '')
  return lab
}

function said(lab: Lab, name: string): string[] {
  const path = join(lab.folder, 'acts', name)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}

async function banned(lab: Lab, addresses: readonly string[]): Promise<boolean> {
  const held = await lab.inKernel()
  return addresses.every((one) => held.includes(one))
}

// Each waits for its own labs' time limits most of the time.
describe('scripts', { concurrency: true, skip: noLab() ?? false }, () => {
  describe('actions that hang', { concurrency: 1 }, () => {
    let lab: Lab
    let guard: Guarding

    before(async () => {
      lab = await labWith(
        [
          jail('mixed', `${BLOCK}\n    hangs[timeout=3]\n    notes`),
          jail('other', `${BLOCK}\n    notes`),
          jail('alone', 'hangs'),
          jail('free', 'notes'),
        ].join(''),
        { hangs: `[Definition]\nactionban = ${HANGS}\nactionunban = true\n`, notes: NOTES },
      )
      guard = await lab.guard()
    })
    after(() => lab?.close())

    const hung = (name: string) => said(lab, `hung-${name}`)

    test('R06 neither its own jail’s next ban in the firewall waits for it, nor any other jail', async () => {
      const [first, second, third, fourth, fifth] = unique(60, 5) as [string, string, string, string, string]
      lab.append('log/mixed.log', probeLine(first))
      lab.append('log/alone.log', probeLine(fourth))
      await until('both hang', () => hung('mixed').length === 2 && hung('alone').length === 2)
      lab.append('log/mixed.log', probeLine(second))
      lab.append('log/other.log', probeLine(third))
      lab.append('log/free.log', probeLine(fifth))
      await until('the three in the kernel', () => banned(lab, [first, second, third]))
      await until('scripts of other jails', () => said(lab, 'other').length === 2 && said(lab, 'free').length === 2)
      const { bans } = await lab.jail('alone')
      assert.deepEqual(
        bans.map(({ address, pending }) => [address, pending]),
        [[fourth, true]],
      )
    })

    test('R06 its whole group is killed when its time is over, and the admin is told', async () => {
      const [shell, child] = hung('mixed') as [string, string]
      const mixed = async () => (await lab.status()).faults.find(({ message }) => message.startsWith('jail mixed'))
      const fault = await until('the fault', mixed)
      assert.match(fault.message, /^jail mixed, action hangs: actionban for 10\.60\.0\.0 took longer than 3 s/)
      await until('both are gone', () => !existsSync(`/proc/${shell}`) && !existsSync(`/proc/${child}`))
      // What comes behind it in its jail comes all the same.
      await until('the next action of the first ban', () =>
        said(lab, 'mixed').some((line) => line.startsWith('ban 10.60.0.0 ')),
      )
    })

    test('R07 SIGTERM while an action hangs ends the guard, and the actions that do not hang undo what they did', async () => {
      await until('it hangs again', () => hung('mixed').length >= 4)
      const begun = performance.now()
      assert.equal(await guard.stop(), 0)
      assert.ok(performance.now() - begun < 10_000)
      assert.deepEqual(said(lab, 'free').slice(-2), [`unban ${unique(60, 5)[4]}`, 'stop free'])
      assert.deepEqual(said(lab, 'other').slice(-2), [`unban ${unique(60, 5)[2]}`, 'stop other'])
      assert.deepEqual(await lab.inKernel(), [])
      for (const pid of [...hung('mixed'), ...hung('alone')])
        await until(`${pid} is gone`, () => !existsSync(`/proc/${pid}`))
    })
  })

  describe('a jail that bans by a script alone', { concurrency: 1 }, () => {
    let lab: Lab
    let guard: Guarding
    const [first, second, third] = unique(61, 3) as [string, string, string]

    before(async () => {
      const gate = NOTES.replace(
        'actionban = ',
        'actionban = while [ -e DIR/closed ]; do sleep 0.05; done; [ ! -e DIR/broken ] || exit 7; ',
      )
      lab = await labWith(
        jail('gated', 'gate\n    once', 'bantime = 1h') +
          jail('python', `${BLOCK}\n    smtp.py[dest=root]`) +
          jail('timed', 'notes', 'bantime = 2'),
        { gate, once: `${NOTES.replaceAll('<name>', 'once')}norestored = true\n`, notes: NOTES },
      )
      guard = await lab.guard()
    })
    after(() => lab?.close())

    const pending = async () => (await lab.jail('gated')).bans.map(({ address, pending }) => [address, pending])

    test('a ban is in force when the script said so, and pending until then', async () => {
      writeFileSync(join(lab.folder, 'acts/closed'), '')
      lab.append('log/gated.log', probeLine(first))
      await until('it is pending', async () => (await pending()).length === 1)
      assert.deepEqual(await pending(), [[first, true]])
      assert.equal((await lab.status()).banned, 0)
      assert.doesNotMatch(guard.out, /ban .*gated/)
      const answer = await lab.rampart('ban', second, '--jail', 'gated')
      assert.match(answer.out, /is about to be banned by gated: the script of its action has not done it yet/)
      lab.server.run(['rm', join(lab.folder, 'acts/closed')])
      await until('both are banned', async () => (await pending()).every(([, isPending]) => !isPending))
      await until('it is told', () => /ban .*10\.61\.0\.0 {2}gated/.test(guard.out))
      assert.deepEqual(said(lab, 'gated'), ['start gated', `ban ${first} 0 1 3600`, `ban ${second} 0 0 3600`])
      assert.deepEqual(await lab.inKernel(), [])
    })

    test('an unban runs its script, and says when it is done', async () => {
      const { out } = await lab.rampart('unban', second)
      assert.match(out, /no longer banned by gated/)
      assert.equal(said(lab, 'gated').at(-1), `unban ${second}`)
    })

    test('a ban ends by the script when its time is over', async () => {
      lab.append('log/timed.log', probeLine(first))
      await until('it ends', () => said(lab, 'timed').includes(`unban ${first}`))
    })

    test('a script that fails is told, and tried again until it does its work', async () => {
      writeFileSync(join(lab.folder, 'acts/broken'), '')
      lab.append('log/gated.log', probeLine(third))
      const faults = async () => (await lab.status()).faults.map(({ message }) => message)
      const fault = async () => (await faults()).find((message) => message.includes(third))
      assert.equal(await until('it is told', fault), `jail gated, action gate: actionban for ${third} ended with 7`)
      assert.deepEqual(
        (await pending()).find(([address]) => address === third),
        [third, true],
      )
      lab.server.run(['rm', join(lab.folder, 'acts/broken')])
      await until('it is banned', async () => (await pending()).every(([, isPending]) => !isPending), 30_000)
      assert.equal(await fault(), undefined)
      // The action that only tells has told once.
      assert.deepEqual(
        said(lab, 'once').filter((line) => line.includes(third)),
        [`ban ${third} 0 1 3600`],
      )
    })

    test('a Python action is left out by name, and its jail runs with the others', async () => {
      assert.match(guard.out, /jail python runs without its action smtp\.py, which is Python/)
      lab.append('log/python.log', probeLine(first))
      await until('it is in the kernel', () => banned(lab, [first]))
    })

    test('after kill -9 and a start the scripts run again, but for those that say norestored', async () => {
      await guard.kill()
      for (const name of ['gated', 'once']) writeFileSync(join(lab.folder, 'acts', name), '')
      guard = await lab.guard()
      await until('both are back', () => said(lab, 'gated').length === 3)
      assert.deepEqual(said(lab, 'gated').sort(), [`ban ${first} 1 1 3600`, `ban ${third} 1 1 3600`, 'start gated'])
      assert.deepEqual(said(lab, 'once'), ['start once'])
      await until('nothing is pending', async () => (await pending()).every(([, isPending]) => !isPending))
    })

    test('a reload that leaves its actions as they are starts nothing anew', async () => {
      const before = said(lab, 'gated')
      lab.write('rampart/jail.local', `${lab.read('rampart/jail.local')}findtime = 1h\n`)
      assert.equal((await lab.rampart('reload')).code, 0)
      await lab.rampart('ban', second, '--jail', 'gated')
      assert.deepEqual(said(lab, 'gated'), [...before, `ban ${second} 0 0 3600`])
    })

    test('a reload with other actions undoes what the old did before the new do it', async () => {
      const path = 'fail2ban/action.d/gate.conf'
      lab.write(path, lab.read(path).replaceAll('echo "', 'echo "new '))
      writeFileSync(join(lab.folder, 'acts/gated'), '')
      assert.equal((await lab.rampart('reload')).code, 0)
      await until('all are banned anew', async () => said(lab, 'gated').length === 8)
      await until('nothing is pending', async () => (await pending()).every(([, isPending]) => !isPending))
      const lines = said(lab, 'gated')
      assert.deepEqual(
        lines.slice(0, 3).sort(),
        [first, second, third].map((one) => `unban ${one}`),
      )
      assert.deepEqual(lines.slice(3, 5), ['stop gated', 'new start gated'])
      assert.deepEqual(
        lines
          .slice(5)
          .map((line) => line.slice(0, 'new ban 10.61.0.0 1'.length))
          .sort(),
        [first, second, third].map((one) => `new ban ${one} 1`),
      )
    })

    test('status names the actions', async () => {
      const { out } = await lab.rampart('status', 'gated')
      assert.match(out, /bans +bans by its actions for 1h/)
      assert.match(out, /actions +gate, once\n/)
    })
  })

  describe('hostile words of a log', { concurrency: 1 }, () => {
    let lab: Lab
    const USERS = payloads('/run/ran')
      .map(([, text]) => text)
      .filter((text) => !text.includes('\n'))
    const FILTER = '[Definition]\nfailregex = ^FAIL user=<F-USER>.*</F-USER> from <HOST>$\ndatepattern = {NONE}\n'
    const WORDS = `[Definition]
actionban = printf '%%s\\n' <F-USER> > DIR/plain-<ip>
    printf '%%s\\n' "<F-USER>" > DIR/double-<ip>
    printf '%%s\\n' '<F-USER>' > DIR/single-<ip>
    cat > DIR/here-<ip> <<EOF
    <F-USER>
    EOF
    printf '%%s\\n' "<matches>" > DIR/matches-<ip>
    printf '%%s\\n' '<ipmatches>' > DIR/ipmatches-<ip>
    printf '%%s\\n' "<raw-ticket>" '<F-MATCHES>' <ipjailmatches> > /dev/null
actionunban = printf '%%s\\n' '<F-USER>' "<matches>" > DIR/unban-<ip>
`
    before(async () => {
      lab = await labWith(
        jail('words', 'words').replace('nginx-botsearch', 'words'),
        { words: WORDS },
        { words: FILTER },
      )
      await lab.guard()
    })
    after(() => lab?.close())

    const address = (index: number) => unique(62, 100)[index]!
    const line = (index: number) => `FAIL user=${USERS[index]} from ${address(index)}`
    const read = (name: string, index: number) =>
      readFileSync(join(lab.folder, `acts/${name}-${address(index)}`), 'utf8')

    test('R46 run nothing, and reach the script as they are in every quoting', async () => {
      lab.append('log/words.log', USERS.map((_, index) => `${line(index)}\n`).join(''))
      await until('all are banned', async () => (await lab.jail('words')).bannedNow === USERS.length, 30_000)
      for (const [index, user] of USERS.entries()) {
        for (const name of ['plain', 'double', 'single', 'here']) assert.equal(read(name, index), `${user}\n`, name)
        for (const name of ['matches', 'ipmatches']) assert.equal(read(name, index), `${line(index)}\n`, name)
      }
      assert.equal((await lab.server.run(['test', '-e', '/run/ran'])).code, 1)
    })

    test('R46 are what the end of the ban hears too', async () => {
      await lab.rampart('unban', '--all')
      const last = USERS.length - 1
      await until('all are lifted', () => existsSync(join(lab.folder, `acts/unban-${address(last)}`)))
      for (const [index, user] of USERS.entries()) assert.equal(read('unban', index), `${user}\n${line(index)}\n`)
    })
  })
})
