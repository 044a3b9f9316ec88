/** `ufw limit 10/60s ...`: a rate of its own, over a list of its own, in the sentence, the files, the kernel and what is shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTuple, printTuple } from '../../../src/config/ufw/tuple.ts'
import { limiterName } from '../../../src/firewall/rules/limiter.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import { askUfw, NO_UFW } from '../../config/ufw/ask-ufw.ts'
import { probe } from '../../firewall/rules/packets.ts'
import { inNamespace, neighbour, run } from '../../kernel/namespace.ts'
import { openHost } from './host.ts'

const hex = (text: string) => Buffer.from(text).toString('hex')
const ANY = '0.0.0.0/0 any 0.0.0.0/0 in'

/** Comment of a tuple of `limit` → rate and comment. */
const COMMENTS: Readonly<Record<string, readonly [string | undefined, string | undefined]>> = {
  '[limit 10/60s]': ['10/60', undefined],
  '[limit 2/1s] the office': ['2/1', 'the office'],
  '[limit 60/86400s] [limit 2/1s]': ['60/86400', '[limit 2/1s]'],
  'the office': [undefined, 'the office'],
  '[limit 1/60s]': [undefined, '[limit 1/60s]'],
  '[limit 61/60s]': [undefined, '[limit 61/60s]'],
  '[limit 10/0s]': [undefined, '[limit 10/0s]'],
  '[limit 10/86401s]': [undefined, '[limit 10/86401s]'],
  '[limit 10/60s]office': [undefined, '[limit 10/60s]office'],
  ' [limit 10/60s]': [undefined, ' [limit 10/60s]'],
}
for (const [comment, [rate, rest]] of Object.entries(COMMENTS)) {
  test(`a limit with the comment "${comment}" ${rate ? `has the rate ${rate}` : 'has no rate'}, and is written back the same`, () => {
    const tuple = `limit tcp 22 ${ANY} comment=${hex(comment)}`
    const rule = ruleOf(tuple)
    assert.equal(rule.rate && `${rule.rate.connections}/${rule.rate.seconds}`, rate)
    assert.equal(rule.comment, rest)
    assert.equal(printTuple(rule), tuple)
  })
}

test('of another rule the same comment is only a comment', () => {
  const rule = ruleOf(`allow tcp 22 ${ANY} comment=${hex('[limit 10/60s]')}`)
  assert.deepEqual([rule.rate, rule.comment], [undefined, '[limit 10/60s]'])
})

test('each rule with a rate has a list of its own; those without share one', () => {
  const name = (port: number, rate: string, family: 4 | 6 = 4) =>
    limiterName(ruleOf(`limit tcp ${port} ${ANY}${rate && ` comment=${hex(`[limit ${rate}]`)}`}`, family))
  assert.equal(name(22, ''), name(23, ''))
  const names = [name(22, ''), name(22, '10/60s'), name(23, '10/60s'), name(22, '10/61s'), name(22, '11/60s')]
  assert.equal(new Set(names).size, names.length)
})

test('the installed ufw reads such a rule, and keeps its rate whatever it writes', { skip: NO_UFW }, () => {
  const [answer] = askUfw([
    {
      files: {},
      commands: [
        ['limit', '22/tcp', 'comment', '[limit 10/60s] office'],
        ['allow', '80/tcp'],
        ['show', 'added'],
      ],
      read: ['/etc/ufw/user.rules'],
    },
  ])
  assert.match(
    answer!.files['/etc/ufw/user.rules'] ?? '',
    new RegExp(`### tuple ### limit tcp 22 .* comment=${hex('[limit 10/60s] office')}\n`),
  )
  assert.match(answer!.answers[2]!.out, /^ufw limit 22\/tcp comment '\[limit 10\/60s\] office'$/m)
})

inNamespace(import.meta.filename, () => {
  test('a rate is set, changed, shown and deleted', async () => {
    const host = openHost()
    await host.say('enable')
    assert.equal((await host.say('limit 10/60s 22/tcp')).out, 'Rule added\nRule added (v6)\n')
    assert.match(sets(), /limit4-own\w+-tried9 /)
    assert.doesNotMatch(sets(), /limit4-own\w+-tried10 |limit4-tried/)
    assert.match((await host.say('status')).out, /^22\/tcp +LIMIT +Anywhere +\(10\/60s\)$/m)
    assert.match((await host.say('show added')).out, /^ufw limit 10\/60s 22\/tcp$/m)
    assert.match((await host.say('limit 10/60s 22/tcp')).out, /^Skipping adding existing rule\n/)
    assert.match((await host.say('limit 3/5s 22/tcp')).out, /^Rule updated\n/)
    assert.match((await host.say('status --json')).out, /"rate":"3\/5s"/)
    assert.match((await host.say('limit 22/tcp')).out, /^Rule updated\n/)
    assert.match(sets(), /limit4-tried/)
    assert.doesNotMatch(sets(), /limit4-own/)
    assert.match((await host.say('limit 3/5s 22/tcp')).out, /^Rule updated\n/)
    assert.match((await host.say('delete limit 4/5s 22/tcp')).out, /^Could not delete non-existent rule\n/)
    assert.equal((await host.say('delete limit 22/tcp')).out, 'Rule deleted\nRule deleted (v6)\n')
    assert.doesNotMatch(sets(), /set limit/)
    await host.say('disable')
  })

  test('what is beyond the rate is refused, and no other rule counts it', async () => {
    const host = openHost()
    const client = await neighbour('r', ['192.0.2.1/24'], ['192.0.2.2/24'])
    run('sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
    await host.say('enable')
    for (const sentence of ['limit 3/60s 80/tcp', 'limit 2/60s 81/tcp', 'limit 82/tcp']) await host.say(sentence)
    const ports = [80, 80, 80, 80, 81, 81, 81, 82, 82, 82, 82, 82, 82]
    const probes = ports.map((port) => ({ kind: 'tcp', from: '192.0.2.2', to: '192.0.2.1', port, at: 0 }))
    const answers = await probe(client, probes, 'one-by-one')
    // Nobody listens: who is let in is reset.
    const isIn = answers.map((answer) => answer === 'reset')
    const [yes, no] = [true, false]
    assert.deepEqual(isIn, [yes, yes, yes, no, yes, yes, no, yes, yes, yes, yes, yes, no])
    client.end()
    await host.say('disable')
  })

  for (const sentence of [
    'limit 1/60s 22',
    'limit 61/60s 22',
    'limit 10/60 22',
    'limit 10/0s 22',
    'limit 10/60s',
    'allow 10/60s 22',
  ]) {
    test(`ufw ${sentence}: no such rate`, async () => {
      assert.equal((await openHost().say(sentence)).code, 1)
    })
  }
})

function ruleOf(tuple: string, family: 4 | 6 = 4): Rule {
  const rule = parseTuple(tuple, family, () => undefined)
  assert.notEqual(typeof rule, 'string', tuple)
  return rule as Rule
}

const sets = () => run('nft', 'list', 'ruleset')
