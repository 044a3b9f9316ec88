/** `--rollback SECONDS` and `ufw confirm`: by a process that outlives who started it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { until } from '../../lab/lab.ts'
import { openHost } from './host.ts'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const selfCommand = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN]
const isOn = () => run('nft', 'list', 'tables').includes('inet rampart\n')

inNamespace(import.meta.filename, () => {
  test('R62 what is not confirmed is taken back: rules, policies, whether it is on', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('allow 7001/tcp')
    const before = host.state()
    const { out } = await host.say('--rollback 1 enable')
    assert.equal(
      out,
      'Firewall is active and enabled on system startup\nIt is taken back in 1 s, unless you say: ufw confirm\n',
    )
    assert.ok(isOn())
    // Within the same second more is changed: what was not confirmed is taken back with it.
    await host.say('--rollback 1 default deny outgoing')
    await until('it is off', () => !host.state().enabled, 20_000)
    await until('it is forgotten', () => !existsSync(join(host.folder, 'etc/ufw/.rampart-rollback')), 20_000)
    assert.deepEqual(host.state(), before)
    assert.equal(isOn(), false)
    assert.match((await host.say('confirm')).err, /^ERROR: nothing waits to be confirmed/)
  })

  test('what is confirmed stays', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('--rollback 2 allow 7002/tcp')
    assert.deepEqual(await host.say('confirm'), { code: 0, out: 'Confirmed\n', err: '' })
    await new Promise((resolve) => setTimeout(resolve, 3500))
    assert.equal(host.tuples().length, 2)
  })

  test('what the host went down with before it was confirmed is taken back at its start', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('allow 7003/tcp')
    await host.say('enable')
    await host.say('--rollback 15 delete allow 7003/tcp')
    assert.deepEqual(host.tuples(), [])
    const record = join(host.folder, 'etc/ufw/.rampart-rollback')
    host.write(
      'etc/ufw/.rampart-rollback',
      readFileSync(record, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"before"'),
      0o600,
    )
    run('nft', 'delete', 'table', 'inet', 'rampart')
    await host.say('reload')
    assert.equal(host.tuples().length, 2)
    assert.match(run('nft', 'list', 'ruleset'), /7003/)
    await host.say('disable')
  })

  test('what others have changed meanwhile stays, each rule in its place', async () => {
    const host = openHost(() => ({ selfCommand }))
    for (const sentence of ['allow 7010/tcp', 'allow 7011/tcp', 'allow 7012/tcp', 'enable']) await host.say(sentence)
    await host.say('--rollback 1 delete allow 7011/tcp')
    for (const sentence of [
      'prepend deny from 192.0.2.66',
      'insert 3 deny 7013/tcp',
      'logging high',
      'delete allow 7010/tcp',
    ]) {
      assert.equal((await host.say(sentence)).code, 0)
    }
    await until('it is back', () => host.tuples().some((tuple) => /7011/.test(tuple)), 20_000)
    const ports = host.tuples().map((tuple) => /70\d\d|192.0.2.66/.exec(tuple)?.[0])
    assert.deepEqual(ports, ['192.0.2.66', '7013', '7011', '7012', '7013', '7011', '7012'])
    assert.equal(host.state().logging, 'high')
    const kernel = run('nft', 'list', 'ruleset')
    assert.deepEqual(
      ['7010', '7011', '7013', '192.0.2.66'].map((text) => kernel.includes(text)),
      [false, true, true, true],
    )
    await host.say('disable')
  })

  test('of two that wait the first whose time has come takes back both, and says so', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('--rollback 2 allow 7014/tcp')
    const { out } = await host.say('--rollback 600 allow 7015/tcp')
    assert.match(out, /^It is taken back in [12] s, unless you say: ufw confirm$/m)
    await host.say('allow 7016/tcp')
    await until('both are gone', () => host.tuples().length === 2, 20_000)
    assert.ok(host.tuples().every((tuple) => tuple.includes('7016')))
    assert.match((await host.say('confirm')).err, /nothing waits/)
    // The process of the second need not wait any more.
    const isThere = () => run('ps', '-ww', '-eo', 'args').includes(join(host.folder, 'etc/ufw/.rampart-rollback'))
    await until('it has ended', () => !isThere(), 20_000)
  })

  test('who switches it off while a change waits has it off', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('allow 7017/tcp')
    await host.say('enable')
    await host.say('--rollback 1 delete allow 7017/tcp')
    await host.say('disable')
    await until('the rule is back', () => host.tuples().length === 2, 20_000)
    assert.deepEqual([host.state().enabled, isOn()], [false, false])
  })

  test('what was switched off is on again', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('allow 7018/tcp')
    await host.say('enable')
    await host.say('--rollback 1 disable')
    assert.equal(isOn(), false)
    await until('it is on', () => isOn() && host.state().enabled, 20_000)
    assert.match(run('nft', 'list', 'ruleset'), /7018/)
    await host.say('disable')
  })

  test('a reload of edited files is taken back in the kernel; the files stay as they were edited', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('enable')
    const path = join(host.folder, 'etc/ufw/before.rules')
    const text = readFileSync(path, 'utf8').replace(
      '\nCOMMIT\n',
      '\n-A ufw-before-input -p tcp --dport 7019 -j DROP\nCOMMIT\n',
    )
    writeFileSync(path, text)
    await host.say('--rollback 1 reload')
    assert.match(run('nft', 'list', 'ruleset'), /7019/)
    await until('it is gone', () => !run('nft', 'list', 'ruleset').includes('7019'), 20_000)
    assert.equal(readFileSync(path, 'utf8'), text)
    // Nor does the next rule bring it.
    await host.say('allow 7020')
    assert.doesNotMatch(run('nft', 'list', 'ruleset'), /7019/)
    await host.say('disable')
  })

  test('after a reset there is nothing to be taken back', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('allow 7021')
    await host.say('--rollback 1 delete allow 7021')
    await host.say('--force reset')
    assert.equal(existsSync(join(host.folder, 'etc/ufw/.rampart-rollback')), false)
  })

  test('a trial of a reload takes nothing back', async () => {
    const host = openHost(() => ({ selfCommand }))
    await host.say('--rollback 600 allow 7022')
    const record = join(host.folder, 'etc/ufw/.rampart-rollback')
    const text = readFileSync(record, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"before"')
    host.write('etc/ufw/.rampart-rollback', text, 0o600)
    await host.say('--dry-run reload')
    assert.equal(host.tuples().length, 2)
    await host.say('confirm')
  })

  test('with systemd a service of its own waits, outside the session', async () => {
    const run: string[][] = []
    const host = openHost((world) => ({
      selfCommand,
      world: {
        ...world,
        files: {
          ...world.files,
          stat: (path, options) => world.files.stat(path === '/run/systemd/system' ? '/' : path, options),
        },
        run: {
          ...world.run,
          once: async (argv, options) =>
            argv[0] === 'systemd-run'
              ? { code: run.push([...argv]) - 1, out: '', err: '', timedOut: false }
              : world.run.once(argv, options),
        },
      },
    }))
    await host.say('--rollback 600 allow 7024')
    assert.deepEqual(run[0]?.slice(0, 5), ['systemd-run', '--quiet', '--collect', '--', selfCommand[0]])
    // Where it refuses, a process of our own does.
    await host.say('--rollback 1 allow 7025')
    assert.equal(run.length, 2)
    await until('all is taken back', () => host.tuples().length === 0, 20_000)
  })

  test('it outlives the session that it was said in, ended in whatever way', async () => {
    const host = openHost()
    const words = [...selfCommand, 'ufw', `--datadir=${host.folder}`, '--rollback', '2', 'allow', '7023']
    const said = `${words.map((word) => `'${word}'`).join(' ')}; echo done; sleep 600`
    const session = spawn('sh', ['-c', said], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    let out = ''
    session.stdout.on('data', (bytes) => {
      out += bytes
    })
    await until('it is said', () => out.endsWith('done\n'), 20_000)
    for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
      try {
        process.kill(-session.pid!, signal)
      } catch {
        // It has ended.
      }
    }
    assert.equal(host.tuples().length, 2)
    await until('it is taken back', () => host.tuples().length === 0, 20_000)
  })

  test('a change that cannot be made leaves nothing to take back', async () => {
    const host = openHost(() => ({ selfCommand }))
    assert.equal((await host.say('--rollback 1 insert 9 allow 22')).err, "ERROR: Invalid position '9'\n")
    assert.equal(existsSync(join(host.folder, 'etc/ufw/.rampart-rollback')), false)
    assert.match((await host.say('--rollback 5 --force reset')).err, /^ERROR: a reset is not taken back by itself/)
  })

  test('where nothing can wait, nothing is changed', async () => {
    const host = openHost(() => ({ selfCommand: ['/nowhere/node'] }))
    const { code, err } = await host.say('--rollback 5 allow 7004')
    assert.equal(code, 1)
    assert.match(err, /cannot be started; nothing was changed/)
    assert.deepEqual(host.tuples(), [])
  })
})
