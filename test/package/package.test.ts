/** The package on a Debian with fail2ban and ufw: it takes their place, its units do what manuals say, and it leaves in order. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT } from '../lab/lab.ts'
import { Machine, noMachine } from './machine.ts'

const BANNED = '203.0.113.9'
const skip = noMachine() ?? false

let machine: Machine
let deb: string
let file: string

before(
  async () => {
    if (skip) return
    const built = execFileSync(process.execPath, ['scripts/package.mjs', '--fast'], { cwd: ROOT, encoding: 'utf8' })
    machine = await Machine.boot(['systemd', 'nftables', 'fail2ban', 'ufw', 'iproute2'])
    file = join(ROOT, 'build', built.trim().split('/').at(-1)!)
    deb = machine.put(file)
  },
  { timeout: 600_000 },
)
after(() => machine?.close())

/** Each stands on the one before. */
test('it takes the place of fail2ban and ufw: rules and bans are in force', { skip }, async () => {
  // Without a log Debian's own does not even start.
  await machine.must('touch', '/var/log/auth.log')
  await machine.must('systemctl', 'restart', 'fail2ban')
  await until(async () => (await machine.run('fail2ban-client', 'ping')).code === 0)
  await machine.must('fail2ban-client', 'set', 'sshd', 'banip', BANNED)
  await machine.must('ufw', 'allow', '22/tcp')
  await machine.must('ufw', '--force', 'enable')
  await machine.must('apt-get', 'install', '-y', deb)
  assert.match(await machine.must('ufw', 'status'), /^Status: active[\s\S]*22\/tcp +ALLOW +Anywhere/)
  assert.equal((await machine.must('systemctl', 'is-active', 'fail2ban', 'ufw')).trim(), 'active\nactive')
  assert.equal((await machine.must('systemctl', 'is-enabled', 'fail2ban', 'ufw')).trim(), 'enabled\nenabled')
  assert.match(await machine.must('fail2ban-client', 'status', 'sshd'), new RegExp(`Banned IP list:\t${BANNED}\n`))
  assert.deepEqual(await tables(), ['inet rampart', 'inet rampart_bans'])
})

test('its manual is where man looks, and completion asks the guard that runs', { skip }, async () => {
  const folder = '/usr/share/man'
  const names = [1, 5, 8].flatMap((section) => machine.names(`${folder}/man${section}`))
  for (const page of [
    'rampart.8',
    'rampart-firewall.8',
    'ufw.8',
    'fail2ban-client.1',
    'fail2ban-regex.1',
    'jail.conf.5',
  ])
    assert.ok(names.includes(`${page}.gz`), page)
  for (const page of ['man8/ufw.8', 'man1/fail2ban.1'])
    assert.match(
      await machine.must('zcat', `${folder}/${page}.gz`),
      /^\.\\" Made from[\s\S]*^\.TH (?:UFW|FAIL2BAN)/m,
      page,
    )
  for (const program of ['rampart', 'ufw', 'fail2ban-client', 'fail2ban-server', 'fail2ban-regex']) {
    for (const file of [`bash-completion/completions/${program}`, `fish/vendor_completions.d/${program}.fish`])
      assert.match(await machine.must('cat', `/usr/share/${file}`), new RegExp(`complete .*\\b${program}\\b`), file)
  }
  assert.match(await machine.must('cat', '/usr/share/zsh/vendor-completions/_rampart'), /^#compdef rampart ufw /)
  const typed =
    "COMP_WORDS=(fail2ban-client status ssh); COMP_CWORD=2; COMP_LINE='fail2ban-client status ssh'; COMP_POINT=26"
  const asked = `. /usr/share/bash-completion/completions/fail2ban-client; ${typed}; _rampart; echo "$COMPREPLY"`
  assert.equal(await machine.must('bash', '-c', asked), 'sshd\n')
})

test('lintian finds no error in it, and warns of nothing', { skip: skip || noLintian() }, () => {
  const said = spawnSync('lintian', ['--allow-root', '--fail-on', 'error,warning', file], { encoding: 'utf8' })
  assert.equal(said.status, 0, said.stdout + said.stderr)
})

test('systemd knows that it is ready, and restarts it when it is killed', { skip }, async () => {
  assert.match(await machine.must('systemctl', 'show', 'fail2ban', '-p', 'StatusText'), /guarding/)
  await machine.must('systemctl', 'kill', '-s', 'KILL', '--kill-who=main', 'fail2ban')
  await until(async () => (await machine.run('fail2ban-client', 'ping')).code === 0)
  assert.match(await machine.must('systemctl', 'show', 'fail2ban', '-p', 'NRestarts'), /=1/)
  assert.match(await machine.must('fail2ban-client', 'banned', BANNED), /sshd/)
})

test('restart and reload keep rules and bans; stop takes them away, start brings them back', { skip }, async () => {
  for (const verb of ['restart', 'reload']) {
    await machine.must('systemctl', verb, 'fail2ban')
    await machine.must('systemctl', verb, 'ufw')
    assert.match(await machine.must('fail2ban-client', 'banned', BANNED), /sshd/, verb)
    assert.deepEqual(await tables(), ['inet rampart', 'inet rampart_bans'], verb)
  }
  await machine.must('systemctl', 'stop', 'fail2ban', 'ufw')
  assert.deepEqual(await tables(), [])
  await machine.must('systemctl', 'start', 'fail2ban', 'ufw')
  assert.match(await machine.must('fail2ban-client', 'banned', BANNED), /sshd/)
  assert.deepEqual(await tables(), ['inet rampart', 'inet rampart_bans'])
})

test('removed, it leaves nothing that runs, and the files that the originals use', { skip }, async () => {
  await machine.must('apt-get', 'remove', '-y', 'rampart')
  assert.deepEqual(await tables(), [])
  await machine.must('apt-get', 'install', '-y', '--no-download', '--no-install-recommends', 'fail2ban', 'ufw')
  // Its package starts nothing that it does not find running.
  await machine.must('systemctl', 'restart', 'ufw')
  assert.match(await machine.must('ufw', 'status'), /^Status: active[\s\S]*22\/tcp +ALLOW +Anywhere/)
  await until(async () => (await machine.run('fail2ban-client', 'ping')).code === 0)
})

test('where nothing was, it brings its files; purged, all of them are gone', { skip }, async () => {
  await machine.must('apt-get', 'purge', '-y', 'fail2ban', 'ufw')
  await machine.must('rm', '-rf', '/etc/fail2ban', '/etc/ufw', '/etc/default/ufw')
  await machine.must('apt-get', 'install', '-y', deb)
  assert.ok(machine.names('/etc/fail2ban').includes('jail.conf'))
  assert.match(await machine.must('fail2ban-client', 'status'), /recidive/)
  await machine.must('ufw', 'allow', '80/tcp')
  machine.write('/etc/fail2ban/jail.local', '[DEFAULT]\nbantime = 1d\n')
  await machine.must('apt-get', 'install', '-y', '--reinstall', deb)
  assert.equal((await machine.must('fail2ban-client', 'get', 'ufw', 'bantime')).trim(), '86400')
  await machine.must('apt-get', 'purge', '-y', 'rampart')
  assert.deepEqual(machine.names('/etc/fail2ban'), ['jail.local'])
  for (const folder of ['/usr/lib/rampart', '/var/lib/rampart']) assert.deepEqual(machine.names(folder), [], folder)
  assert.deepEqual(await tables(), [])
})

/** false, or why it is not asked. */
function noLintian(): string | false {
  return spawnSync('lintian', ['--version']).error ? 'lintian is not installed' : false
}

/** Those of iptables are left behind by the originals, empty. */
async function tables(): Promise<readonly string[]> {
  const lines = (await machine.must('nft', 'list', 'tables')).split('\n')
  return lines.flatMap((line) => (line.startsWith('table inet') ? [line.slice('table '.length)] : [])).sort()
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tried = 0; !(await holds()); tried++) {
    assert.ok(tried < 120, 'a minute has passed')
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
