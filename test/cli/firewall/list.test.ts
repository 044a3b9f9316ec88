/** `rampart list` and `ufw deny from list:NAME`: the commands, the files, the kernel, and what is refused. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { random } from '../../../fuzz/random.ts'
import { rampart } from '../../../src/cli/rampart/command.ts'
import { parseTuple, printTuple } from '../../../src/config/ufw/tuple.ts'
import { listEnd } from '../../../src/firewall/rules/rule.ts'
import { realWorld } from '../../../src/world/real.ts'
import { askUfw, NO_UFW } from '../../config/ufw/ask-ufw.ts'
import { randomRule } from '../../config/ufw/random-rules.ts'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { ROOT } from '../../lab/lab.ts'
import { type Host, openHost } from '../ufw/host.ts'

/** Runs `rampart` on the files of a host. */
async function say({ folder }: Host, words: readonly string[], input = '') {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    ...{ colour: false, columns: undefined },
  }
  const setting = {
    ...{
      world: realWorld(),
      terminal,
      version: '0',
      pid: process.pid,
      isRoot: true,
      stockFolder: '',
      readerCommand: [],
    },
    input: async function* () {
      yield new TextEncoder().encode(input)
    },
    stopped: new Promise<string>(() => {}),
  }
  const code = await rampart(setting, [...words, '--datadir', folder])
  return { code, out: out.join(''), err: err.join('') }
}

const list = (host: Host, words: string, input = '') => say(host, ['list', ...words.split(' ').filter(Boolean)], input)

const hex = (text: string) => Buffer.from(text).toString('hex')
const PLACE4 = listEnd('drop', 4).network!.text
const PLACE6 = listEnd('drop', 6).network!.text

test('parse(print(rule)) = rule, with lists', () => {
  const next = random(12)
  for (let turn = 0; turn < 5000; turn++) {
    const family = next() < 0.5 ? 4 : 6
    const plain = randomRule(family, next)
    const listed = (side: 'from' | 'to') => {
      const { written: _, mask: __, ...end } = plain[side]
      return next() < 0.5 ? { ...end, ...listEnd(`l-${Math.floor(next() * 5)}`, family) } : plain[side]
    }
    const rule = { ...plain, from: listed('from'), to: listed('to') }
    const tuple = printTuple(rule)
    assert.deepEqual(
      parseTuple(tuple, family, () => undefined),
      rule,
      tuple,
    )
  }
})

test('what stands for a list is an address that no packet has, and only with its comment', () => {
  assert.match(PLACE4, /^24[0-7]\./)
  assert.match(PLACE6, /^100::/)
  const read = (tuple: string) =>
    parseTuple(tuple, 4, () => undefined) as Exclude<ReturnType<typeof parseTuple>, string>
  const listed = read(`deny any any 0.0.0.0/0 any ${PLACE4} in comment=${hex('[from list:drop] why')}`)
  assert.deepEqual([listed.from.list, listed.comment], ['drop', 'why'])
  for (const [address, comment] of [
    ['192.0.2.1', '[from list:drop]'],
    [PLACE4, '[to list:drop]'],
    [PLACE4, '[from list:other]'],
    [PLACE4, '[from list:drop]why'],
    [PLACE4, '[from list:../drop]'],
  ] as const) {
    const rule = read(`deny any any 0.0.0.0/0 any ${address} in comment=${hex(comment)}`)
    assert.deepEqual([rule.from.list, rule.comment], [undefined, comment])
  }
})

test('the installed ufw reads such a rule, which matches nobody, and keeps it whatever it writes', {
  skip: NO_UFW,
}, () => {
  const comment = '[from list:drop] office'
  const [answer] = askUfw([
    {
      files: {},
      commands: [
        ['deny', 'from', PLACE4, 'comment', comment],
        ['deny', 'from', PLACE6, 'comment', comment],
        ['allow', '80/tcp'],
      ],
      read: ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'],
    },
  ])
  const tuple = new RegExp(`### tuple ### (deny any any \\S+ any (\\S+) in comment=${hex(comment)})\n`)
  for (const [file, place] of Object.entries({ user: PLACE4, user6: PLACE6 })) {
    assert.equal(tuple.exec(answer!.files[`/etc/ufw/${file}.rules`] ?? '')?.[2], place)
  }
})

inNamespace(import.meta.filename, () => {
  const sets = () =>
    [...run('nft', '-t', 'list', 'ruleset', 'inet').matchAll(/set (list-\S+)/g)].map(([, name]) => name!)
  const stored = (host: Host) => readdirSync(join(host.folder, 'var/lib/rampart/lists'))

  test('a list is made, used, shown, replaced, added to and removed', async () => {
    const host = openHost()
    await host.say('enable')
    const made = await list(host, 'add drop -', '192.0.2.1\n10.1.2.3/8\n10.0.0.1\n192.0.2.1\n2001:db8::/32\n')
    assert.equal(
      made.out,
      'drop: 3 entries (IPv4 2, IPv6 1)\n  left out: 1 duplicate, 1 within larger networks\n  1 network with host bits, which were cleared\n  no rule uses it yet: ufw deny from list:drop\n',
    )
    assert.equal((await host.say('deny from list:drop')).out, 'Rule added\nRule added (v6)\n')
    assert.equal((await host.say('allow from list:drop to any port 22 proto tcp comment ssh')).code, 0)
    assert.equal((await host.say('route reject from any to list:drop')).code, 0)
    assert.deepEqual(host.tuples(), [
      `4 deny any any 0.0.0.0/0 any ${PLACE4} in comment=${hex('[from list:drop]')}`,
      `4 allow tcp 22 0.0.0.0/0 any ${PLACE4} in comment=${hex('[from list:drop] ssh')}`,
      `4 route:reject any any ${PLACE4} any 0.0.0.0/0 in comment=${hex('[to list:drop]')}`,
      `6 deny any any ::/0 any ${PLACE6} in comment=${hex('[from list:drop]')}`,
      `6 allow tcp 22 ::/0 any ${PLACE6} in comment=${hex('[from list:drop] ssh')}`,
      `6 route:reject any any ${PLACE6} any ::/0 in comment=${hex('[to list:drop]')}`,
    ])
    const { out } = await host.say('status')
    assert.match(out, /^Anywhere +DENY +list:drop +$/m)
    assert.match(out, /^22\/tcp +ALLOW +list:drop \(v6\) +# ssh$/m)
    assert.match(out, /^list:drop \(v6\) +REJECT FWD +Anywhere \(v6\) +$/m)
    assert.equal(
      (await host.say('show added')).out.split('\n').slice(1).join('\n'),
      "ufw deny from list:drop\nufw allow from list:drop to any port 22 proto tcp comment 'ssh'\nufw route reject to list:drop\n",
    )
    assert.equal(
      (await host.say('deny from list:drop')).out,
      'Skipping adding existing rule\nSkipping adding existing rule (v6)\n',
    )
    assert.equal(sets().length, 3)
    assert.match((await list(host, '')).out, /^drop {2}3 {2}IPv4 2, IPv6 1 {2}3 rules {2}.* {2}-$/m)

    const why = await say(host, ['why', 'in', 'tcp', '443', 'from', '10.200.0.1'])
    assert.match(why.out, /is dropped\n {2}by rule 1: ufw deny from list:drop /)
    assert.match((await say(host, ['why', 'in', 'tcp', '443', 'from', '11.0.0.1'])).out, /by no rule decides/)

    const used = await list(host, 'remove drop')
    assert.equal(used.code, 1)
    assert.match(
      used.err,
      /list 'drop' is used by 'deny from list:drop', 'allow .*'\n {2}first: ufw delete deny from list:drop\n/,
    )

    assert.match(
      (await list(host, 'add drop --append -', '203.0.113.7\n10.9.9.9')).out,
      /^drop: 4 entries .*\n {2}3 entries before\n {2}left out: 1 within/,
    )
    assert.equal((await list(host, 'show drop')).out, '10.0.0.0/8\n192.0.2.1\n203.0.113.7\n2001:db8::/32\n')
    const again = await list(host, 'add drop -', (await list(host, 'show drop')).out)
    assert.match(again.out, /^drop: 4 entries/)
    assert.match((await list(host, 'add drop -', '203.0.113.9\n')).out, /in force: 3 rules of ufw use it/)
    assert.equal((await list(host, 'show drop')).out, '203.0.113.9\n')
    assert.match(run('nft', 'list', 'set', 'inet', 'rampart', sets()[0]!), /elements = \{ 203\.0\.113\.9 \}/)

    const exported = (await say(host, ['firewall', 'export'])).out
    assert.match(
      exported,
      /^deny from list:drop\nallow from list:drop to any port 22 proto tcp comment 'ssh'\nroute reject to list:drop$/m,
    )
    host.write('wanted', exported)
    assert.equal((await say(host, ['firewall', 'plan', join(host.folder, 'wanted')])).out, 'Nothing would change\n')

    assert.equal(
      (await host.say('insert 1 limit 3/10s from list:drop to any port 25 proto tcp')).out,
      'Rule inserted\nRule inserted (v6)\n',
    )
    assert.equal((await host.say('--force delete 1')).out, 'Rule deleted\n')
    for (const words of [
      'limit from list:drop to any port 25 proto tcp',
      'deny from list:drop',
      'allow from list:drop to any port 22 proto tcp',
      'route reject to list:drop',
    ]) {
      const sentence = words.startsWith('route ') ? words.replace('route', 'route delete') : `delete ${words}`
      assert.equal((await host.say(sentence)).code, 0, words)
    }
    assert.deepEqual(host.tuples(), [])
    assert.deepEqual(sets(), [])
    assert.equal((await list(host, 'remove drop')).out, 'drop: removed\n')
    assert.deepEqual(stored(host), [])
    await host.say('disable')
  })

  test('nothing is changed by a bad line, a bad name, an empty file, or a kernel that refuses', async () => {
    const host = openHost()
    await host.say('enable')
    await list(host, 'add l -', '192.0.2.1\n')
    await host.say('deny from list:l')
    const before = [sets(), (await list(host, 'show l')).out]
    const bad = await list(host, 'add l -', '192.0.2.2\nexample.org\n')
    assert.equal(bad.code, 1)
    assert.match(
      bad.err,
      /^rampart: standard input:2: 'example\.org' is no address\n {2}names are not looked up.*\nrampart: nothing was changed\n/,
    )
    for (const [words, code] of [
      ['add l /nowhere', 'file'],
      ['add ../l -', 'cannot be the name'],
      ['add .l -', 'cannot be the name'],
      [`add ${'x'.repeat(41)} -`, 'cannot be the name'],
      ['add l /dev/null', 'no address in it'],
      ['show other', 'no list'],
      ['remove other', 'no list'],
    ] as const) {
      const { code: exit, err } = await list(host, words)
      assert.equal(exit, 1, words)
      assert.match(err, code === 'file' ? /nowhere/ : new RegExp(code))
    }
    assert.deepEqual([sets(), (await list(host, 'show l')).out], before)
    assert.deepEqual(stored(host), ['l.list'])
    assert.match((await list(host, 'add l --skip-bad -', '192.0.2.2\nexample.org\n')).out, /left out: 1 bad line/)
    assert.match((await list(host, 'add l --allow-empty /dev/null')).out, /^l: 0 entries/)
    assert.deepEqual(sets(), [])
    await host.say('disable')
  })

  test('a rule for a list that is not there is refused; of one that is lost the old stays in force, and a start goes without it', async () => {
    const host = openHost()
    for (const sentence of [
      'deny from list:no',
      '--dry-run deny from list:no',
      'deny from list:a/b',
      'deny from list:',
    ]) {
      const { code, err } = await host.say(sentence)
      assert.equal(code, 1)
      assert.match(err, /^ERROR: (there is no list 'no'|Bad name of a list '.*')\n$/)
    }
    await list(host, 'add l -', '192.0.2.1\n')
    await host.say('deny from list:l')
    await host.say('allow 22/tcp')
    await host.say('enable')
    const held = sets()
    const file = join(host.folder, 'var/lib/rampart/lists/l.list')
    const content = readFileSync(file)
    for (const broken of [
      undefined,
      content.subarray(0, 4097),
      Buffer.concat([content.subarray(0, 4096), Buffer.from('abcd')]),
    ]) {
      rmSync(file)
      if (broken) writeFileSync(file, broken)
      const isHead = broken?.length === content.length
      for (const sentence of isHead ? ['reload'] : ['allow 80/tcp', 'reload']) {
        const { code, err } = await host.say(sentence)
        assert.equal(code, 1, sentence)
        assert.match(err, /list/)
      }
      assert.deepEqual(sets(), held)
      // As at boot.
      run('nft', 'delete', 'table', 'inet', 'rampart')
      assert.equal((await host.say('reload')).code, 1)
      assert.match(run('nft', '-t', 'list', 'ruleset', 'inet'), /tcp dport 22 counter/)
      assert.deepEqual(sets(), [])
      writeFileSync(file, content)
      assert.equal((await host.say('reload')).code, 0)
      assert.deepEqual(sets(), held)
    }
    await host.say('disable')
  })

  test('who is killed while a list is loaded leaves the old one, in the kernel and on the disk', async (t) => {
    const host = openHost()
    await host.say('enable')
    await list(host, 'add l -', '192.0.2.1\n')
    await host.say('deny from list:l')
    const held = sets()
    const big = join(host.folder, 'big')
    writeFileSync(
      big,
      Array.from({ length: 300_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}\n`).join(''),
    )
    let killed = 0
    for (const wait of [2, 3, 4]) {
      const child = spawn(join(ROOT, 'bin/rampart'), ['list', 'add', 'l', big, '--datadir', host.folder], {
        stdio: 'ignore',
      })
      const ended = once(child, 'exit')
      // Some of the new sets are there.
      while (child.exitCode === null && sets().length < 2) await new Promise((resolve) => setTimeout(resolve, wait))
      child.kill('SIGKILL')
      const [code] = await ended
      if (code === 0) continue
      killed++
      assert.equal((await list(host, 'show l')).out, '192.0.2.1\n')
      assert.match(run('nft', '-t', 'list', 'ruleset', 'inet'), new RegExp(`@${held[0]} counter`))
    }
    t.diagnostic(`killed ${killed} of 3`)
    await host.say('allow 22/tcp')
    if (killed === 3) assert.deepEqual(sets(), held)
    assert.equal((await list(host, `add l ${big}`)).code, 0)
    assert.equal(sets().length, 1)
    await host.say('disable')
    assert.ok(existsSync(join(host.folder, 'var/lib/rampart/lists/l.list')))
  })

  test('the commands for programs', async () => {
    const host = openHost()
    const json = async (words: string, input = '') => JSON.parse((await list(host, `${words} --json`, input)).out)
    assert.deepEqual(await json('add l --skip-bad -', '192.0.2.1\n192.0.2.1\nx\n2001:db8::1/64'), {
      ...{ name: 'l', entries: 2, ipv4: 1, ipv6: 1, before: 0, duplicates: 1, covered: 0, cleared: 1, badLines: 1 },
      ...{ rules: [], inForce: false },
    })
    await host.say('deny from list:l')
    const { lists } = await json('')
    assert.deepEqual(
      { ...lists[0], changed: 0 },
      {
        ...{ name: 'l', entries: 2, ipv4: 1, ipv6: 1, changed: 0, from: '-', rules: ['deny from list:l'] },
      },
    )
    assert.deepEqual((await json('show l')).networks, ['192.0.2.1', '2001:db8::/64'])
    const status = JSON.parse((await host.say('show added --json')).out)
    assert.deepEqual(status, { added: ['deny from list:l'] })
  })
})
