/** What the linter says of configurations, and what it keeps quiet about. What it says of a line is tried here again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../../src/config/lint/finding.ts'
import { lint } from '../../src/config/lint/lint.ts'
import { PEER, VICTIM } from '../../src/config/lint/log-piece.ts'
import { tries } from '../../src/config/lint/tries.ts'
import { loadFilter } from '../../src/config/load-filter.ts'
import { fakeWorld } from '../../src/world/fake.ts'

type Files = Readonly<Record<string, string>>

const FOLDERS = ['/stock', '/etc/fail2ban']
const ACCESS = '/var/log/nginx/access.log'
const ERROR = '/var/log/nginx/error.log'
const NGINX =
  'error_log /var/log/nginx/error.log;\nhttp {\n  access_log /var/log/nginx/access.log;\n  server { listen 80; }\n}\n'

function worldOf(files: Files) {
  const world = fakeWorld({ now: Date.UTC(2026, 10, 22, 21) })
  const all: Files = { '/etc/nginx/nginx.conf': NGINX, [ACCESS]: '', [ERROR]: '', '/var/log/app.log': '', ...files }
  for (const [path, text] of Object.entries({ '/stock/jail.conf': '[DEFAULT]\nusedns = no\nbantime = 1h\n', ...all }))
    world.put(path, text)
  return world
}

/** A jail with a filter of its own. */
function jail(log: string, filter: string, options: Files = {}): Files {
  const all = { logpath: log, maxretry: '5', filter: 'x', ...options }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`)
  return {
    '/etc/fail2ban/jail.local': `[x]\nenabled = true\n${lines.join('')}`,
    '/etc/fail2ban/filter.d/x.conf': `[Definition]\n${filter}\n`,
  }
}

async function findings(files: Files, names: readonly string[] = []): Promise<readonly Finding[]> {
  return (await lint(worldOf(files), { folders: FOLDERS, names, logs: true })).findings
}

function short({ severity, code, at }: Finding): string {
  return `${severity} ${code} ${at.file.split('/').at(-1)}:${at.line}`
}

const COMBINED = '"GET /x HTTP/1.1" 404 153 "-" "curl"'
const accessLine = (address: string) => `${address} - - [22/Nov/2026:20:43:28 +0000] ${COMBINED}\n`

const ROWS: readonly (readonly [string, Files, readonly string[]])[] = [
  [
    'an encoding that nobody knows keeps the jail from running',
    jail('/var/log/app.log', 'failregex = ^ fail from <HOST>$', { logencoding: 'bogus' }),
    ['error filter.encoding jail.local:6'],
  ],
  [
    'what is no address in ignoreip spares nobody; names and ids may stand there',
    jail('/var/log/app.log', 'failregex = ^ fail from <HOST>$', {
      ignoreip: '192.0.2.1/99 ::x office.example id1 ::1',
    }),
    ['warning lint.ignoreip jail.local:6'],
  ],
  [
    'an access-log filter pointed at the error log bans nobody',
    jail(ERROR, String.raw`failregex = ^<HOST> -.*"(GET|POST).*" 404 \d`),
    ['error lint.wrong-log jail.local:3'],
  ],
  [
    'an error-log filter pointed at the access log bans nobody',
    jail(
      ACCESS,
      String.raw`failregex = ^\s*\[error\] \d+#\d+: \*\d+ access forbidden by rule, client: <ADDR>, server:`,
    ),
    ['error lint.wrong-log jail.local:3'],
  ],
  [
    'so it is with a log that nginx names otherwise, and that is not there yet',
    {
      ...jail('/srv/e.txt', 'failregex = ^<ADDR> - [^"]*"GET /secret'),
      '/etc/nginx/nginx.conf': 'error_log /srv/e.txt;\nhttp { access_log /srv/a.txt; }',
      '/srv/e.txt': '',
    },
    ['error lint.wrong-log jail.local:3'],
  ],
  [
    'a log of its own kind is no wrong log, whatever the expression looks for',
    jail(ACCESS, String.raw`failregex = ^<ADDR> - [^"]*"GET /very/special HTTP/1\.\d" 418 \d`),
    [],
  ],
  [
    'an expression that does not fit the format of the log',
    {
      ...jail(ACCESS, String.raw`failregex = ^<ADDR> - [^"]*"GET /wp-login\.php[^"]*" 404 \d`),
      '/etc/nginx/nginx.conf': `http {\nlog_format own '$time_iso8601 $remote_addr "$request"';\naccess_log ${ACCESS} own;\n}`,
    },
    ['error lint.wrong-format jail.local:3'],
  ],
  [
    'a format without any address',
    {
      ...jail(ACCESS, String.raw`failregex = "GET /wp-login\.php[^"]*" 404 from <ADDR>$`),
      '/etc/nginx/nginx.conf': `http {\nlog_format own '"$request" $status';\naccess_log ${ACCESS} own;\n}`,
    },
    ['error lint.no-client-address nginx.conf:3', 'warning lint.unanchored x.conf:2'],
  ],
  [
    'a log that is not there',
    jail('/var/log/none.log', 'failregex = ^x <ADDR>$'),
    ['warning lint.no-log jail.local:3'],
  ],
  [
    'the article: a greedy repeat before the address, and a referrer behind it',
    jail(ERROR, String.raw`failregex = ^.*\[error\] \d+#\d+: .* forbidden .*, client: <HOST>, .*$`),
    ['error lint.third-party-ban x.conf:2'],
  ],
  [
    'an expression that any text of the error log fits',
    {
      ...jail(
        ERROR,
        String.raw`failregex = ^.*SSL_do_handshake\(\) failed .*while SSL handshaking, client: <HOST>, server: .*$`,
      ),
      '/etc/nginx/nginx.conf': NGINX.replace('error.log;', 'error.log info;'),
    },
    ['error lint.third-party-ban x.conf:2'],
  ],
  [
    'failed handshakes that the level of the error log hides',
    jail(
      ERROR,
      String.raw`failregex = ^\s*\[[a-z]+\] \d+#\d+: \*\d+ SSL_do_handshake\(\) failed [^"]*while SSL handshaking, client: <ADDR>, server:`,
    ),
    ['warning lint.hidden-by-level jail.local:3'],
  ],
  [
    'refused requests that limit_req_log_level hides',
    {
      ...jail(
        ERROR,
        String.raw`failregex = ^\s*\[[a-z]+\] \d+#\d+: \*\d+ limiting requests, excess: \S+ by zone "[^"]*", client: <ADDR>, server:`,
      ),
      '/etc/nginx/nginx.conf': `${NGINX}http { limit_req_log_level info; }`,
    },
    ['warning lint.hidden-by-level jail.local:3'],
  ],
  [
    'an expression without an anchor',
    jail('/var/log/app.log', 'failregex = login failed from <ADDR>$'),
    ['warning lint.unanchored x.conf:2'],
  ],
  [
    'an anchor before a repeat of anything',
    jail('/var/log/app.log', 'failregex = ^.*login failed from <ADDR>'),
    ['warning lint.unanchored x.conf:2'],
  ],
  [
    'a repeat of anything on both sides of the address, line 3 of the file',
    jail('/var/log/app.log', 'failregex = ^app: denied <ADDR>$\n            ^app: login of .* from <ADDR> by .*$'),
    ['warning lint.third-party-ban x.conf:3'],
  ],
  [
    'a greedy repeat before the address is safe where the end is fixed',
    jail('/var/log/app.log', String.raw`failregex = ^app\[\d+\]: login of .* from <ADDR> port \d+$`),
    [],
  ],
  [
    'a greedy repeat before the address and an open end',
    jail('/var/log/app.log', 'failregex = ^app: login of .* from <ADDR> '),
    ['hint lint.open-end x.conf:2'],
  ],
  ['a set that ends at its mark', jail('/var/log/app.log', 'failregex = ^app: login of "[^"]*" from <ADDR>'), []],
  [
    'a date that is cut out before the expression sees the line',
    jail(ACCESS, String.raw`failregex = ^<ADDR> - \S+ \[\d+/\w+/\d+:[^\]]+\] "GET [^"]*" 404`),
    ['error lint.date-cut x.conf:2'],
  ],
  [
    'a date cut out of the lines of a program of its own',
    {
      ...jail('/var/log/app.log', String.raw`failregex = ^\d+-\d+-\d+ \d+:\d+:\d+ app: <ADDR>$`),
      '/var/log/app.log': '2026-11-22 20:43:28 app: 198.51.100.7\n',
    },
    ['error lint.date-cut x.conf:2'],
  ],
  [
    'an unanchored access-log filter, which finds no address in the error log either',
    jail(ERROR, 'failregex = <HOST> -.*"(GET|POST|HEAD).*" (404|403)'),
    ['error lint.wrong-log jail.local:3', 'warning lint.unanchored x.conf:2'],
  ],
  [
    'a filter of some program pointed at a system log, and one that is at home there',
    {
      ...jail('/var/log/auth.log', 'failregex = ^<ADDR> - [^"]*"GET /x [^"]*" 404'),
      '/var/log/auth.log':
        'Nov 22 20:43:28 host sshd[12]: Failed password for x from 198.51.100.7 port 4 ssh2\n'.repeat(9),
    },
    ['error lint.wrong-log jail.local:3'],
  ],
  [
    'repeats that share a line out between them',
    jail('/var/log/app.log', 'failregex = ^app: .*a.*b.*c.*d <ADDR>$'),
    ['hint lint.slow x.conf:2'],
  ],
  [
    'nested repeats',
    jail('/var/log/app.log', String.raw`failregex = ^app: (?:\w+\s?)*: <ADDR>$`),
    ['error lint.slow x.conf:2'],
  ],
  [
    'an ignoreregex that a user agent satisfies',
    jail(ACCESS, 'failregex = ^<ADDR> - [^"]*"[^"]*" 404 \\d\nignoreregex = .*(robots.txt|favicon.ico|jpg|png)'),
    ['error lint.ignored-by-client x.conf:3'],
  ],
  [
    'an ignoreregex for the name that a crawler gives itself',
    jail(ACCESS, 'failregex = ^<ADDR> - [^"]*"[^"]*" 404 \\d\nignoreregex = Googlebot'),
    ['error lint.ignored-by-client x.conf:3'],
  ],
  [
    'an ignoreregex for the path alone',
    jail(ACCESS, 'failregex = ^<ADDR> - [^"]*"[^"]*" 404 \\d\nignoreregex = ^<ADDR> - [^"]*"GET /favicon\\.ico '),
    [],
  ],
  [
    'one missing page is enough',
    jail(ACCESS, 'failregex = ^<ADDR> - [^"]*"[^"]*" 404 \\d', { maxretry: '1' }),
    ['warning lint.bans-visitors jail.local:4'],
  ],
  [
    'five missing pages are enough for a week',
    jail(ACCESS, 'failregex = ^<ADDR> - [^"]*"[^"]*" 404 \\d', { bantime: '1w' }),
    ['warning lint.bans-visitors jail.local:4'],
  ],
  [
    'what no visitor asks for may count at once',
    jail(ACCESS, 'failregex = ^<ADDR> - [^"]*"GET /\\.env[^"]*" 404 \\d', { maxretry: '1' }),
    [],
  ],
  [
    "packets whose sender anyone makes up, and late packets of visitors'",
    jail('/var/log/app.log', String.raw`failregex = ^\s*\S+ kernel: \[[\d. ]+\] \[UFW BLOCK\] .* SRC=<ADDR> `, {
      maxretry: '1',
    }),
    ['warning lint.bans-visitors jail.local:4', 'warning lint.forged-sender x.conf:2'],
  ],
  [
    'a date pattern that finds no date',
    {
      ...jail(ACCESS, 'failregex = ^<ADDR> - .*"GET /x [^"]*" 404 \\d\ndatepattern = ^%%Y-%%m-%%d %%H:%%M:%%S'),
      [ACCESS]: accessLine('198.51.100.7') + accessLine('198.51.100.8'),
    },
    ['warning lint.no-date x.conf:3'],
  ],
  [
    'a log all of whose lines have one address',
    {
      ...jail(ACCESS, 'failregex = ^<ADDR> - [^"]*"GET /x [^"]*" 404 \\d'),
      [ACCESS]: accessLine('10.0.0.1').repeat(200),
    },
    ['warning lint.one-address jail.local:3'],
  ],
  [
    'an address that a client can make up',
    {
      ...jail(ACCESS, 'failregex = ^<ADDR> - "GET /x [^"]*" 404'),
      '/etc/nginx/nginx.conf': `http {\nlog_format own '$http_x_forwarded_for - "$request" $status';\naccess_log ${ACCESS} own;\n}`,
    },
    ['warning lint.forged-address nginx.conf:3'],
  ],
  [
    'seconds where minutes were meant',
    jail('/var/log/app.log', 'failregex = ^app: <ADDR>$', { findtime: '10', bantime: '30' }),
    ['warning lint.seconds jail.local:6', 'warning lint.seconds jail.local:7'],
  ],
  [
    'a ban that is over before failures add up',
    jail('/var/log/app.log', 'failregex = ^app: <ADDR>$', { findtime: '1d', bantime: '10m' }),
    ['warning lint.short-ban jail.local:7'],
  ],
  [
    'names that are looked up',
    jail('/var/log/app.log', 'failregex = ^app: <HOST>$', { usedns: 'yes' }),
    ['warning lint.usedns jail.local:6'],
  ],
  [
    'a word that passes for the name of a host',
    jail(ERROR, String.raw`failregex = ^\s*\[error\] \d+#\d+: \*\d+ access <HOST> by rule`, { usedns: 'warn' }),
    ['warning lint.catches-a-word x.conf:2'],
  ],
  [
    'a banaction that nobody knows',
    jail('/var/log/app.log', 'failregex = ^app: <ADDR>$', { banaction: 'nftables-multiprot', action: '%(banaction)s' }),
    ['warning lint.unknown-banaction jail.local:6'],
  ],
  [
    'an action that does not exist',
    jail('/var/log/app.log', 'failregex = ^app: <ADDR>$', { action: 'nosuch' }),
    ['error config.no-action jail.local:6'],
  ],
  [
    'a port that has no such name',
    jail('/var/log/app.log', 'failregex = ^app: <ADDR>$', { action: 'nftables-multiport[port="htttp"]' }),
    ['error ports.unknown-name jail.local:6'],
  ],
  [
    'a filter that does not exist',
    jail('/var/log/app.log', 'failregex = ^app: <ADDR>$', { filter: 'nosuch' }),
    ['error config.no-filter jail.local:5'],
  ],
  [
    'an expression that Python refuses',
    jail('/var/log/app.log', 'failregex = ^app: (<ADDR>$'),
    ['error regex.syntax x.conf:2'],
  ],
  [
    'an expression that asks for no address',
    jail('/var/log/app.log', 'failregex = ^app: denied$'),
    ['error filter.no-id x.conf:2'],
  ],
]

for (const [name, files, expected] of ROWS) {
  test(name, async () => {
    const found = await findings(files)
    assert.deepEqual(found.map(short), expected)
    for (const finding of found) assertTried(files, finding)
  })
}

/** What is said of a line and what is to be written are held against the filter itself. */
function assertTried(files: Files, { code, example, source, write, severity }: Finding): void {
  if (!/^lint\.(third-party-ban|ignored-by-client)$/.test(code)) return
  const settings = loadFilter(worldOf(files), FOLDERS, 'x')
  const tried = tries(settings, 0)
  assert.ok(example && source)
  const { id, ignored } = tried.line(example.line)
  if (code === 'lint.third-party-ban') assert.equal(id, VICTIM)
  else assert.deepEqual([id, ignored], [PEER, 0])
  if (severity !== 'error') return
  // For what a crawler calls itself there is no form.
  if (write === undefined) {
    assert.match(source.text, /Googlebot/)
    return
  }
  const swap = (texts: readonly string[]) => texts.map((text) => (text === source.text ? write : text))
  const better = tries({ ...settings, failregex: swap(settings.failregex), ignoreregex: swap(settings.ignoreregex) }, 0)
  assert.notEqual(better.line(example.line).id, VICTIM)
  assert.equal(better.line(example.line).ignored, undefined)
}
