/** `--rollback SECONDS` and `ufw confirm`: by a process that outlives who started it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
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
    const { readFileSync } = await import('node:fs')
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
