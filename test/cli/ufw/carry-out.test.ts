/** ufw's commands from the sentence to files and kernel, in a network namespace of their own. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { World } from '../../../src/world/world.ts'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { openHost } from './host.ts'

/** What the kernel has of a port, however it is written. */
const has = (text: string) => run('nft', 'list', 'ruleset').includes(text)
const isOn = () => run('nft', 'list', 'tables').includes('inet rampart\n')

inNamespace(import.meta.filename, () => {
  test('a rule is added, updated, left as it is and deleted, in files and kernel', async () => {
    const host = openHost()
    assert.equal((await host.say('allow 4201/tcp')).out, 'Rules updated\nRules updated (v6)\n')
    assert.equal(isOn(), false)
    assert.equal((await host.say('enable')).out, 'Firewall is active and enabled on system startup\n')
    assert.ok(has('4201'))
    assert.equal((await host.say('deny 4202/tcp')).out, 'Rule added\nRule added (v6)\n')
    assert.ok(has('4202'))
    assert.equal((await host.say('reject 4202/tcp')).out, 'Rule updated\nRule updated (v6)\n')
    assert.equal((await host.say('reject 4202/tcp')).out.startsWith('Skipping adding existing rule\n'), true)
    assert.equal((await host.say('delete reject 4202/tcp')).out, 'Rule deleted\nRule deleted (v6)\n')
    assert.equal(has('4202'), false)
    assert.deepEqual(host.tuples(), [
      '4 allow tcp 4201 0.0.0.0/0 any 0.0.0.0/0 in',
      '6 allow tcp 4201 ::/0 any ::/0 in',
    ])
    assert.equal((await host.say('disable')).out, 'Firewall stopped and disabled on system startup\n')
    assert.equal(isOn(), false)
  })

  test('a dry run of whatever command changes neither files nor kernel', async () => {
    const host = openHost()
    await host.say('allow 4203')
    await host.say('enable')
    const before = [run('nft', 'list', 'ruleset'), contents(host.folder)]
    for (const sentence of [
      ...['allow 1', 'delete allow 4203', '--force delete 1', 'prepend deny from 192.0.2.1', 'insert 1 limit 22/tcp'],
      ...['enable', 'disable', 'reload', 'default allow incoming', 'logging full', 'app default deny', '--force reset'],
    ]) {
      const { code, err } = await host.say(`--dry-run ${sentence}`)
      assert.deepEqual({ code, err }, { code: 0, err: '' }, sentence)
    }
    assert.deepEqual([run('nft', 'list', 'ruleset'), contents(host.folder)], before)
    await host.say('disable')
  })

  test('R61 what the kernel refuses changes no file', async () => {
    let refuses = false
    const refusing = (world: World): World => ({
      ...world,
      run: {
        ...world.run,
        once: (argv, options) =>
          refuses && argv.includes('-f') ? world.run.once(['false']) : world.run.once(argv, options),
        ready: (argv, options) => world.run.ready(refuses && argv.includes('-f') ? ['false'] : argv, options),
      },
    })
    const host = openHost((world) => ({ world: refusing(world) }))
    await host.say('allow 4204')
    await host.say('enable')
    const before = [run('nft', 'list', 'ruleset'), contents(host.folder)]
    refuses = true
    for (const sentence of ['allow 4205', 'default allow', 'reload', 'disable', 'logging high', '--force reset']) {
      const { code, out, err } = await host.say(sentence)
      assert.deepEqual([code, out, err.startsWith('ERROR: ')], [1, '', true], sentence)
    }
    assert.deepEqual([run('nft', 'list', 'ruleset'), contents(host.folder)], before)
    refuses = false
    await host.say('disable')
  })

  test('R61 what before.rules has that cannot be compiled is told with file and line; what is in force stays', async () => {
    const host = openHost()
    await host.say('allow 4206')
    await host.say('enable')
    const path = join(host.folder, 'etc/ufw/before.rules')
    host.write('etc/ufw/before.rules', readFileSync(path, 'utf8').replace(/^COMMIT$/m, '-A INPUT -m quota2\nCOMMIT'))
    const before = run('nft', 'list', 'ruleset')
    const { code, out, err } = await host.say('reload')
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /^ERROR: problem running ufw-init\n.*etc\/ufw\/before\.rules:\d+: /)
    assert.equal(run('nft', 'list', 'ruleset'), before)
    assert.deepEqual(await host.say('deny 4214/tcp'), { code: 0, out: 'Rule added\nRule added (v6)\n', err: '' })
    assert.ok(has('4214'), 'bans and rules go on')
    run('nft', 'delete', 'table', 'inet', 'rampart')
    assert.equal((await host.say('reload')).code, 1)
    assert.deepEqual([has('4206'), has('4214')], [true, true], 'at boot the host does not stand open')
    assert.equal((await host.say('deny 4217/tcp')).code, 0)
    await host.say('disable')
  })

  test('what is edited in before.rules comes into force with the next reload', async () => {
    const host = openHost()
    await host.say('allow 4215')
    await host.say('enable')
    const path = join(host.folder, 'etc/ufw/before.rules')
    const edited = readFileSync(path, 'utf8').replace(/^-A /m, '-A ufw-before-input -p tcp --dport 4299 -j DROP\n-A ')
    host.write('etc/ufw/before.rules', edited)
    await host.say('allow 4216')
    assert.deepEqual([has('4216'), has('4299')], [true, false])
    await host.say('reload')
    assert.deepEqual([has('4216'), has('4299')], [true, true])
    await host.say('disable')
  })

  test('the scripts around the firewall run where it starts and stops', async () => {
    const host = openHost()
    await host.say('allow 4207')
    const log = join(host.folder, 'log')
    for (const when of ['before', 'after']) {
      host.write(`etc/ufw/${when}.init`, `#!/bin/sh\necho ${when} $1 >> ${log}\n`, 0o755)
    }
    const since = async (sentence: string) => {
      const from = existsSync(log) ? readFileSync(log, 'utf8').length : 0
      await host.say(sentence)
      return (existsSync(log) ? readFileSync(log, 'utf8') : '').slice(from).trim().split('\n').join(', ')
    }
    assert.equal(await since('enable'), 'before start, after start')
    assert.equal(await since('enable'), '')
    assert.equal(await since('allow 4208'), '')
    assert.equal(await since('reload'), 'before stop, after stop, before start, after start')
    assert.equal(await since('default deny'), 'before stop, after stop, before start, after start')
    run('nft', 'delete', 'table', 'inet', 'rampart')
    assert.equal(await since('reload'), 'before start, after start', 'as at boot')
    assert.equal(await since('disable'), 'before stop, after stop')
    host.write('etc/ufw/before.init', '#!/bin/sh\necho oops; exit 3\n', 0o755)
    assert.deepEqual(await host.say('enable'), {
      code: 1,
      out: '',
      err: `ERROR: problem running ufw-init\noops\n\n'${host.folder}/etc/ufw/before.init start' exited with error\n\n`,
    })
    assert.equal(isOn(), false)
    assert.equal(host.state().enabled, false)
    host.write('etc/ufw/before.init', '#!/bin/sh\n[ $1 = start ] || exit 3\n', 0o755)
    host.write('etc/ufw/after.init', '#!/bin/sh\nexit 3\n', 0o755)
    for (const [sentence, state] of [
      ['enable', true],
      ['reload', true],
      ['disable', false],
    ] as const) {
      const { code, err } = await host.say(sentence)
      assert.deepEqual([code, isOn(), host.state().enabled], [0, state, state], sentence)
      assert.match(err, /^WARN: problem running ufw-init\n/)
    }
  })

  test('by its number a rule is deleted once that is confirmed', async () => {
    const host = openHost()
    await host.say('allow 4209/tcp')
    const asked = 'Deleting:\n allow 4209/tcp\nProceed with operation (y|n)? '
    assert.equal((await host.say('delete 1')).out, `${asked}Aborted\n`)
    assert.equal((await host.say('delete 1', 'no')).out, `${asked}Aborted\n`)
    assert.equal((await host.say('delete 1', ' Yes')).out, `${asked}Rules updated\n`)
    assert.deepEqual(host.tuples(), ['6 allow tcp 4209 ::/0 any ::/0 in'])
    assert.equal((await host.say('--force delete 1')).out, 'Rules updated (v6)\n')
    assert.equal((await host.say('delete 1')).err, "ERROR: Could not find rule '1'\n")
  })

  test('nobody waits for an answer; what was changed meanwhile is not touched', async () => {
    const host = openHost((world) => ({
      world,
      input: async function* () {
        await host.say('--force delete 1')
        yield new TextEncoder().encode('y\n')
      },
    }))
    await host.say('allow 4210/tcp')
    await host.say('allow 4211/tcp')
    const { code, err } = await host.say('delete 1')
    assert.equal(code, 1)
    assert.match(err, /^ERROR: another command has changed the firewall meanwhile/)
    assert.equal(host.tuples().length, 3)
  })

  test('reset keeps what was there in files beside, and policies and log level as they are', async () => {
    const host = openHost()
    await host.say('allow 4212')
    await host.say('default deny outgoing')
    await host.say('logging high')
    await host.say('enable')
    host.write('etc/ufw/before.rules', `# mine\n${readFileSync(join(host.folder, 'etc/ufw/before.rules'), 'utf8')}`)
    const question = 'Resetting all rules to installed defaults. Proceed with operation (y|n)? '
    assert.equal((await host.say('reset', 'n')).out, `${question}Aborted\n`)
    const { out } = await host.say('reset', 'y')
    const names = ['user', 'before', 'after', 'user6', 'before6', 'after6'].map((name) => `${name}.rules`)
    assert.deepEqual(
      out.slice(question.length).replaceAll(/\d{8}_\d{6}/g, 'DATE'),
      `${names.map((name) => `Backing up '${name}' to '${host.folder}/etc/ufw/${name}.DATE'\n`).join('')}\n`,
    )
    const { enabled, policies, logging, rules } = host.state()
    assert.deepEqual([enabled, policies.out, logging, rules], [false, 'drop', 'high', []])
    assert.equal(isOn(), false)
    const kept = readdirSync(join(host.folder, 'etc/ufw')).find((name) => name.startsWith('before.rules.'))!
    assert.match(readFileSync(join(host.folder, 'etc/ufw', kept), 'utf8'), /^# mine\n/)
    assert.doesNotMatch(readFileSync(join(host.folder, 'etc/ufw/before.rules'), 'utf8'), /^# mine/)
  })
})

function contents(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]),
  )
}
