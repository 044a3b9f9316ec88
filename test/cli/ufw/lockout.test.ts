/** Who would be locked out is told and asked: connections to this namespace from another. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { rampart } from '../../../src/cli/rampart/command.ts'
import { realWorld } from '../../../src/world/real.ts'
import { CLIENT, inNamespace, type Neighbour, neighbour } from '../../kernel/namespace.ts'
import { openHost } from './host.ts'

const PORT = 8022
const QUESTION = 'Proceed with operation (y|n)? '
const WARNING = (why: string) =>
  `WARN: your connection from 10.66.0.2 to port ${PORT} will not be let in again: ${why}\n`

inNamespace(import.meta.filename, () => {
  let outside: Neighbour
  let server: Server
  before(async () => {
    outside = await neighbour('lock', ['10.66.0.1/24'], ['10.66.0.2/24'])
    server = createServer(() => {}).listen(PORT)
    await outside.talk(CLIENT).ask(`connect 10.66.0.2 10.66.0.1 ${PORT}`)
  })
  after(() => {
    outside.end()
    server.close()
  })
  /** As if this process, which holds the connection, were a web terminal, and a person typed. */
  const typed = () => openHost(() => ({ typed: () => true, terminal: { ...NOWHERE, columns: 80 } }))

  test('R62 enable asks who would not get in again, and obeys', async () => {
    const host = typed()
    const why = "no rule allows it, and the default is 'deny'"
    assert.deepEqual(await host.say('enable', 'n'), { code: 0, out: `${QUESTION}Aborted\n`, err: WARNING(why) })
    assert.equal(host.state().enabled, false)
    const { out } = await host.say('enable', 'y')
    assert.equal(out, `${QUESTION}Firewall is active and enabled on system startup\n`)
    assert.ok(host.state().enabled)
    await host.say('disable')
  })

  const ROWS: readonly { readonly before: readonly string[]; readonly sentence: string; readonly why?: string }[] = [
    { before: [`allow ${PORT}/tcp`], sentence: 'enable' },
    { before: [`allow from 10.66.0.0/24`], sentence: 'enable' },
    { before: ['allow in on lock0'], sentence: 'enable' },
    { before: ['allow in on eth9'], sentence: 'enable', why: "no rule allows it, and the default is 'deny'" },
    { before: [`deny ${PORT}/tcp`, 'default allow'], sentence: 'enable', why: `'deny ${PORT}/tcp'` },
    {
      before: [`allow ${PORT}/tcp`, 'enable'],
      sentence: `delete allow ${PORT}/tcp`,
      why: "no rule allows it, and the default is 'deny'",
    },
    { before: [`allow ${PORT}/tcp`, 'allow 9/tcp', 'enable'], sentence: 'delete allow 9/tcp' },
    {
      before: ['default allow', 'enable'],
      sentence: 'default reject incoming',
      why: "no rule allows it, and the default is 'reject'",
    },
    { before: [`allow ${PORT}/tcp`, 'enable'], sentence: 'default deny incoming' },
    {
      before: [`allow ${PORT}/tcp`, 'enable'],
      sentence: 'prepend deny from 10.66.0.2',
      why: "'deny from 10.66.0.2'",
    },
    { before: [`allow ${PORT}/tcp`, 'enable'], sentence: 'prepend deny from 10.66.0.3' },
    { before: [`allow ${PORT}/tcp`, 'enable'], sentence: 'reload' },
    { before: [`allow ${PORT}/tcp`], sentence: `deny ${PORT}/tcp` },
  ]
  for (const { before: said, sentence, why } of ROWS) {
    test(`${[...said, sentence].join(', ')}: ${why ? 'asks' : 'does not ask'}`, async () => {
      const host = typed()
      for (const earlier of said) await host.say(earlier, 'y')
      const { out, err } = await host.say(sentence, 'n')
      assert.equal(err, why === undefined ? '' : WARNING(why))
      assert.equal(out === `${QUESTION}Aborted\n`, why !== undefined, out)
      await host.say('disable')
    })
  }

  test('before.rules is asked as well', async () => {
    const host = typed()
    await host.say('logging low')
    const path = 'etc/ufw/before.rules'
    const stock = readFileSync(join(host.folder, path), 'utf8')
    const begun = stock.split('\n').findIndex((line) => line.startsWith('-A ')) + 1
    const withFirst = (rule: string) =>
      stock
        .split('\n')
        .toSpliced(begun - 1, 0, rule)
        .join('\n')
    host.write(path, withFirst('-A ufw-before-input -s 10.66.0.2 -j ACCEPT'))
    assert.equal((await host.say('enable', 'n')).err, '')
    host.write(path, withFirst('-A ufw-before-input -s 10.66.0.2 -j DROP'))
    await host.say(`allow ${PORT}/tcp`)
    assert.equal((await host.say('reload', 'n')).err, WARNING(`by ${join(host.folder, path)}:${begun}`))
    await host.say('disable')
  })

  test('a profile that has other ports now is asked about as well', async () => {
    const host = typed()
    await host.say('logging low')
    const profile = (ports: string) =>
      host.write('etc/ufw/applications.d/mine', `[Mine]\ntitle=t\ndescription=d\nports=${ports}\n`, 0o644)
    profile(`${PORT}/tcp`)
    await host.say('allow Mine')
    await host.say('enable', 'y')
    profile('9/tcp')
    const { err, out } = await host.say('app update Mine', 'n')
    assert.equal(err, WARNING("no rule allows it, and the default is 'deny'"))
    assert.equal(out, `${QUESTION}Aborted\n`)
    await host.say('disable')
  })

  test('--force asks and warns of nothing', async () => {
    const host = typed()
    assert.equal((await host.say('--force enable')).err, '')
    await host.say('disable')
  })

  test('a list that is to deny who makes it is warned of', async () => {
    const host = typed()
    const err: string[] = []
    const terminal = { ...NOWHERE, columns: 80, err: (text: string) => void err.push(text) }
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
      ...{ input: async function* () {}, typed: () => true, stopped: new Promise<string>(() => {}) },
    }
    const add = (text: string) => {
      host.write('list', text)
      return rampart(setting, ['list', 'add', 'l', join(host.folder, 'list'), '--datadir', host.folder])
    }
    await add('192.0.2.1\n')
    for (const sentence of ['deny from list:l', `allow ${PORT}/tcp`, '--force enable']) await host.say(sentence, 'y')
    assert.equal(await add('192.0.2.2\n10.66.0.9\n'), 0)
    assert.deepEqual(err, [])
    assert.equal(await add('10.66.0.0/24\n'), 0)
    assert.deepEqual(err, [WARNING("'deny from list:l'")])
    await host.say('--force disable')
  })
})

const NOWHERE = { out: () => {}, err: () => {}, colour: false }
