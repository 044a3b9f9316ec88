/** A real sshd, and an admin who is about to lock himself out: by a command, at a terminal, in tmux, from a job. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { INSIDE, inNamespace, type Neighbour, neighbour, run } from '../../kernel/namespace.ts'
import { until } from '../../lab/lab.ts'
import { openHost } from './host.ts'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const ABSENT = ['/usr/sbin/sshd', '/usr/bin/ssh'].filter((path) => !existsSync(path))
const WARNING =
  "your connection from 10.67.0.2 to port 22 will not be let in again: no rule allows it, and the default is 'deny'"

if (ABSENT.length > 0) test('an admin by ssh', { skip: `no ${ABSENT.join(', ')}` }, () => {})
else {
  inNamespace(import.meta.filename, () => {
    const skip = process.env[INSIDE] === 'root' ? false : 'sshd wants root'
    const host = openHost()
    let outside: Neighbour
    let sshd: ChildProcess
    before(async () => {
      if (skip) return
      outside = await neighbour('ssh', ['10.67.0.1/24'], ['10.67.0.2/24'])
      sshd = await startSshd(host.folder)
    })
    after(() => {
      outside?.end()
      sshd?.kill()
    })
    const ufw = (words: string) =>
      `${process.execPath} --disable-warning=ExperimentalWarning ${MAIN} ufw --datadir=${host.folder} ${words}`
    const ssh = (command: string, { input = '', options = [] as readonly string[] } = {}) => {
      const key = ['-F', 'none', '-i', join(host.folder, 'key'), '-o', 'StrictHostKeyChecking=no']
      const quiet = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', ...options]
      const [program = '', ...words] = [...outside.enter, 'ssh', ...key, ...quiet, 'root@10.67.0.1', command]
      const { stdout, stderr, status } = spawnSync(program, words, { encoding: 'utf8', input, timeout: 30_000 })
      return { out: stdout.replaceAll('\r\n', '\n'), err: stderr, status }
    }

    test('R62 a command by ssh is asked as UFW asks, and told what is at stake', { skip }, () => {
      const { out, err } = ssh(ufw('enable'))
      assert.equal(out, 'Command may disrupt existing ssh connections. Proceed with operation (y|n)? Aborted\n')
      assert.ok(err.includes(`WARN: ${WARNING}\n`), err)
      assert.equal(host.state().enabled, false)
    })

    test('it obeys, and the session goes on', { skip }, () => {
      const { out, status } = ssh(`${ufw('--force enable')}; echo still here`)
      assert.deepEqual([out.endsWith('system startup\nstill here\n'), status], [true, 0], out)
      run('nft', 'delete', 'table', 'inet', 'rampart')
    })

    test('R62 with a rule for it nothing is told; to delete it asks at a terminal', { skip }, async () => {
      await host.say('allow 22/tcp')
      assert.doesNotMatch(ssh(ufw('reload')).err, /let in again/)
      const { out } = ssh(`stty cols 200 -echo; ${ufw('delete allow 22/tcp')}`, { input: 'n\n', options: ['-tt'] })
      assert.ok(out.includes(`WARN: ${WARNING}\nProceed with operation (y|n)? Aborted\n`), out)
      assert.equal(host.tuples().length, 2)
    })

    const TMUX = existsSync('/usr/bin/tmux')
    test('R62 in tmux, whose server is nobody’s child', { skip: skip || (TMUX ? false : 'no tmux') }, async () => {
      const told = join(host.folder, 'told')
      const tmux = ['-S', join(host.folder, 'tmux')]
      ssh(`tmux ${tmux.join(' ')} new-session -d "${ufw('delete allow 22/tcp')} 2> ${told}" && sleep 3`)
      await until('it is told', () => existsSync(told) && readFileSync(told, 'utf8') !== '', 20_000)
      // There it waits for an answer.
      run('tmux', ...tmux, 'kill-server')
      assert.ok(readFileSync(told, 'utf8').includes(`WARN: ${WARNING}\n`))
      await host.say('disable')
    })
  })
}

async function startSshd(folder: string): Promise<ChildProcess> {
  mkdirSync('/run/sshd', { recursive: true })
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key'))
  const config = [
    ...['UsePAM no', 'StrictModes no', 'PidFile none', 'PermitRootLogin yes', 'ListenAddress 10.67.0.1'],
    ...[`HostKey ${join(folder, 'key')}`, `AuthorizedKeysFile ${join(folder, 'key.pub')}`],
  ]
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`)
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (bytes) => {
    said += bytes
  })
  await until(`sshd listens: ${said}`, () => said.includes('listening'), 10_000)
  return child
}
