/** The article that many follow, our own stock configuration, and that of the installed Fail2ban. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Finding } from '../../src/config/lint/finding.ts'
import { lint } from '../../src/config/lint/lint.ts'
import { VICTIM } from '../../src/config/lint/log-piece.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const STOCK = 'config'
const INSTALLED = '/etc/fail2ban'

/** A host with a web server, whose configuration is in these folders of this machine. */
function hostWith(folders: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const world = fakeWorld({ now: Date.UTC(2026, 10, 22, 21) })
  for (const [from, to] of Object.entries(folders)) putAll(from, (path, text) => world.put(to + path, text))
  const nginx = 'error_log /var/log/nginx/error.log info;\nhttp { access_log /var/log/nginx/access.log; }\n'
  const all = {
    ...SYSTEM_LOGS,
    '/etc/nginx/nginx.conf': nginx,
    '/var/log/nginx/access.log': '',
    '/var/log/nginx/error.log': '',
    ...files,
  }
  for (const [path, text] of Object.entries(all)) world.put(path, text)
  if (existsSync('/etc/services')) world.put('/etc/services', readFileSync('/etc/services'))
  return world
}

function putAll(folder: string, put: (path: string, text: string) => void, below = ''): void {
  for (const name of readdirSync(join(folder, below))) {
    const path = `${below}/${name}`
    if (statSync(join(folder, path)).isDirectory()) putAll(folder, put, path)
    else if (name.endsWith('.conf')) put(path, readFileSync(join(folder, path), 'utf8'))
  }
}

function jailsOf(file: string): string[] {
  const names = [...readFileSync(file, 'utf8').matchAll(/^\[([^\]]+)\]/gm)].map(([, name]) => name!)
  return names.filter((name) => name !== 'INCLUDES' && name !== 'DEFAULT')
}

/** Filled by many programs: none of the jails that read them is wrong there. */
const SYSTEM_LOGS = Object.fromEntries(
  ['auth', 'mail', 'daemon', 'kern', 'ufw', 'syslog', 'messages'].map((name) => [
    `/var/log/${name}${name === 'syslog' || name === 'messages' ? '' : '.log'}`,
    'Nov 22 20:43:28 host cron[12]: (root) CMD (true)\n'.repeat(5),
  ]),
)

/** Of this host only some of the programs' logs are there. */
function withoutLogs(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ code }) => code !== 'lint.no-log')
}

function short({ severity, code, at }: Finding): string {
  return `${severity} ${code} ${at.file.split('/').at(-1)}:${at.line}`
}

const ARTICLE = {
  '/etc/fail2ban/jail.local': `[nginx-4xx]
enabled = true
logpath = /var/log/nginx/error.log
maxretry = 1
[nginx-forbidden]
enabled = true
logpath = /var/log/nginx/error.log
[nginx-sslerror]
enabled = true
logpath = /var/log/nginx/error.log
`,
  '/etc/fail2ban/filter.d/nginx-4xx.conf': `[Definition]
failregex = ^<HOST>.*"(GET|POST).*" (404|444|403|400) .*$
ignoreregex = .*(robots.txt|favicon.ico|jpg|png)
`,
  '/etc/fail2ban/filter.d/nginx-forbidden.conf': String.raw`[Definition]
failregex = ^.*\[error\] \d+#\d+: .* forbidden .*, client: <HOST>, .*$
`,
  '/etc/fail2ban/filter.d/nginx-sslerror.conf': String.raw`[Definition]
failregex = ^.*SSL_do_handshake\(\) failed .*while SSL handshaking, client: <HOST>, server: .*$
`,
  '/etc/nginx/nginx.conf': 'error_log /var/log/nginx/error.log;\nhttp { access_log /var/log/nginx/access.log; }\n',
}

test('the article: each of its faults, and a form that stands', async () => {
  const folders = ['/stock', '/etc/fail2ban']
  const { findings } = await lint(hostWith({ [STOCK]: '/stock' }, ARTICLE), { folders, logs: true })
  assert.deepEqual(findings.map(short).sort(), [
    'error lint.ignored-by-client nginx-4xx.conf:3',
    'error lint.third-party-ban nginx-forbidden.conf:2',
    'error lint.third-party-ban nginx-sslerror.conf:2',
    'error lint.wrong-log jail.local:3',
    'warning lint.bans-visitors jail.local:4',
    'warning lint.hidden-by-level jail.local:10',
  ])
  const files: Record<string, string> = { ...ARTICLE }
  for (const { at, source, write, code } of findings) {
    if (!source || !write || code === 'lint.hidden-by-level') continue
    const lines = files[at.file]!.split('\n')
    lines[at.line! - 1] = lines[at.line! - 1]!.replace(source.text, () => write)
    files[at.file] = lines.join('\n')
  }
  files['/etc/fail2ban/jail.local'] = files['/etc/fail2ban/jail.local']!.replace('maxretry = 1', 'maxretry = 30')
  files['/etc/nginx/nginx.conf'] = ARTICLE['/etc/nginx/nginx.conf'].replace('error.log;', 'error.log info;')
  const mended = await lint(hostWith({ [STOCK]: '/stock' }, files), { folders, logs: true })
  assert.deepEqual(mended.findings.map(short), [])
})

test('the article: Fail2ban itself bans the third party, and with what is to be written does not', {
  skip: existsSync('/usr/bin/fail2ban-regex') ? false : 'Fail2ban is not installed',
}, async () => {
  const folders = ['/stock', '/etc/fail2ban']
  const { findings } = await lint(hostWith({ [STOCK]: '/stock' }, ARTICLE), { folders, logs: true })
  const banned = findings.filter(({ code }) => code === 'lint.third-party-ban')
  assert.equal(banned.length, 2)
  for (const { source, example, write } of banned) {
    assert.equal(idByFail2ban(example!.line, source!.text), VICTIM)
    assert.notEqual(idByFail2ban(example!.line, write!), VICTIM)
  }
})

function idByFail2ban(line: string, expression: string): string {
  const { stdout } = spawnSync('fail2ban-regex', ['-o', 'id', line, expression], { encoding: 'utf8', timeout: 30_000 })
  return stdout.trim()
}

/** Reads the access log where that is JSON, as the jails below do not. */
const JSON_JAIL = 'nginx-json'

test('the stock configuration: nothing', async () => {
  const names = jailsOf(`${STOCK}/jail.conf`).filter((name) => name !== JSON_JAIL)
  const { findings } = await lint(hostWith({ [STOCK]: '/stock' }), { folders: ['/stock'], names, logs: true })
  const told = withoutLogs(findings).filter(({ severity }) => severity !== 'hint')
  assert.deepEqual(told.map(short), [])
})

test('a filter for JSON fits a format in JSON, and no other', async () => {
  const format = `'{"time":"$time_iso8601","remote_addr":"$remote_addr","request":"$request","status":$status}'`
  const conf = `http { log_format own escape=json ${format}; access_log /var/log/nginx/access.log own; }`
  const codes = async (files: Readonly<Record<string, string>>) => {
    const world = hostWith({ [STOCK]: '/stock' }, files)
    const { findings } = await lint(world, { folders: ['/stock'], names: [JSON_JAIL, 'nginx-4xx'], logs: true })
    return findings.filter(({ severity }) => severity === 'error').map(({ code, jail }) => `${code} ${jail}`)
  }
  assert.deepEqual(await codes({}), ['lint.wrong-log nginx-json'])
  assert.deepEqual(await codes({ '/etc/nginx/nginx.conf': conf }), ['lint.wrong-format nginx-4xx'])
})

test('the jails of Fail2ban 1.0.2: what is true of them, each tried with Fail2ban or CPython', {
  skip: existsSync(`${INSTALLED}/jail.conf`) ? false : 'Fail2ban is not installed',
}, async () => {
  const world = hostWith({ [STOCK]: '/stock', [INSTALLED]: INSTALLED })
  const names = jailsOf(`${INSTALLED}/jail.conf`)
  const { findings } = await lint(world, { folders: ['/stock', INSTALLED], names, logs: true })
  const told = withoutLogs(findings).filter(({ severity }) => severity !== 'hint')
  assert.deepEqual([...new Set(told.map(({ severity, code, jail }) => `${severity} ${code} ${jail}`))].sort(), [
    'error lint.slow apache-modsecurity',
    'error lint.slow courier-auth',
    'error lint.slow domino-smtp',
    'error lint.slow dovecot',
    'error lint.slow exim',
    'error lint.slow grafana',
    'error lint.third-party-ban nginx-botsearch',
    'error lint.third-party-ban nginx-http-auth',
    'warning lint.ignored-by-client roundcube-auth',
    'warning lint.third-party-ban pure-ftpd',
    'warning lint.unanchored oracleims',
    'warning lint.unanchored portsentry',
  ])
})
