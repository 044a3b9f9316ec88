import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { type NginxLogs, nginxLogs } from '../../src/config/nginx.ts'
import { type Directive, parseNginx } from '../../src/config/nginx-syntax.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'

const SYNTAX: readonly (readonly [string, string, string])[] = [
  ['words and blocks', 'a 1 2; b { c; }', 'a(1,2) b{c}'],
  ['comments', '# x;\na; # y\nb # z\n 1;', 'a b(1)'],
  ['quotes keep blanks, braces and semicolons', `a "x; {y}" 'it"s';`, 'a(x; {y},it"s)'],
  ['backslashes', String.raw`a "\"" \; \d\.php$ "x\ty";`, String.raw`a(",\;,\d\.php$,x	y)`],
  ['a brace after $ opens no block', `a $${'{b}'}c; d /x$;`, `a($${'{b}'}c) d(/x$)`],
  ['# inside a word is no comment', 'a x#y;', 'a(x#y)'],
  ['code of Lua is skipped', 'x_by_lua_block { if a then { } end } b;', 'x_by_lua_block{} b'],
]
for (const [name, text, printed] of SYNTAX) {
  test(`syntax: ${name}`, () => {
    const { directives, faults } = parseNginx(text, 'f')
    assert.deepEqual(faults, [])
    assert.equal(print(directives), printed)
  })
}

const BROKEN = ['a', 'a {', 'a { b; ', '}', 'a; } b;', 'a "x;', ';', '{ a; }', 'a b { } }', `${'a{'.repeat(200)}`]
for (const text of BROKEN) {
  test(`at fault: ${text.slice(0, 20)}`, () => assert.equal(parseNginx(text, 'f').faults[0]?.code, 'nginx.syntax'))
}

interface Row {
  readonly name: string
  readonly conf: string
  readonly files?: Readonly<Record<string, string>>
  readonly gives: Partial<Omit<NginxLogs, 'notes'>>
  readonly notes?: readonly string[]
}

const DEFAULTS = { access: ['/var/log/nginx/access.log'], error: [], ports: [80], proxies: [] }
const STDERR = 'nginx.log-skipped'
const ROWS: readonly Row[] = [
  { name: 'defaults where nothing is said', conf: 'http { server { } }', gives: DEFAULTS, notes: [STDERR] },
  {
    name: 'logs of each level, with error levels',
    conf: 'error_log /l/e; http { access_log /l/a; error_log /l/h warn; server { access_log /l/s combined; error_log /l/e info; location / { access_log /l/x; if ($uri) { access_log /l/y; } } } server { listen 81; } }',
    gives: {
      access: ['/l/a', '/l/s', '/l/x', '/l/y'],
      error: [
        { path: '/l/e', level: 'info' },
        { path: '/l/h', level: 'warn' },
      ],
      ports: [80, 81],
    },
  },
  {
    name: 'the default access log where a server has none of its own',
    conf: 'error_log /e; http { server { access_log /l/s; } server { listen 8080; } }',
    gives: { access: ['/var/log/nginx/access.log', '/l/s'], ports: [80, 8080] },
  },
  {
    name: 'no default access log where all have their own',
    conf: 'error_log /e; http { server { access_log off; } }',
    gives: { access: [] },
  },
  {
    name: 'formats that begin with the client, and others',
    conf: 'error_log /e; http { log_format good "$remote_addr - $x"; log_format two \'$@{remote_addr}\' " $y"; log_format bad "$http_x_forwarded_for $remote_addr"; log_format js escape=json "$remote_addr"; access_log /good good; access_log /two two; access_log /bad bad; access_log /js js; access_log /none none; log_format port "$remote_addrs"; access_log /p port; }',
    gives: { access: ['/good', '/two'] },
    notes: ['nginx.log-format', 'nginx.log-format', 'nginx.log-format', 'nginx.log-format'],
  },
  {
    name: 'what cannot be followed is skipped',
    conf: 'error_log stderr; error_log syslog:server=1.2.3.4; error_log memory:32m debug; http { access_log syslog:server=unix:/x; access_log /l/$host.log; access_log /l/z combined gzip=9; access_log /dev/stdout; access_log /l/b combined buffer=32k; access_log /l/if combined if=$x; }',
    gives: { access: ['/l/b', '/l/if'], error: [] },
    notes: [STDERR, STDERR, STDERR, STDERR, STDERR, STDERR, STDERR, 'nginx.log-buffered'],
  },
  {
    name: 'ports',
    conf: 'error_log /e; http { access_log /a; server { listen 443 ssl; listen [::]:443 ssl; listen *:8443; listen 127.0.0.1:8080; listen [::1]; listen 9000-9002; listen unix:/x:1; listen localhost; } }',
    gives: { ports: [80, 443, 8080, 8443, 9000, 9001, 9002] },
  },
  {
    name: 'proxies',
    conf: 'error_log /e; http { access_log /a; set_real_ip_from 192.0.2.0/24; real_ip_header X-Forwarded-For; server { set_real_ip_from 2001:db8::1; set_real_ip_from unix:; set_real_ip_from 0.0.0.0/0; location / { set_real_ip_from lb.example.org; } } }',
    gives: { proxies: ['192.0.2.0/24', '2001:db8::1'] },
    notes: ['nginx.trusts-everyone', 'nginx.proxy-name'],
  },
  {
    name: 'includes with patterns, from the folder of the main file',
    conf: 'error_log /e; http { include conf.d/*.conf; include DIR/abs[12]; }',
    files: {
      'conf.d/b.conf': 'access_log /b;',
      'conf.d/a.conf': 'access_log /a;',
      'conf.d/x.txt': 'oops',
      abs1: 'access_log /1;',
      abs3: 'no',
    },
    gives: { access: ['/a', '/b', '/1'] },
  },
  {
    name: 'logs of other protocols',
    conf: 'error_log /e; events { } stream { error_log /s warn; server { listen 12345; proxy_pass 127.0.0.1:1; } } http { access_log /a; }',
    gives: {
      access: ['/a'],
      error: [
        { path: '/e', level: 'error' },
        { path: '/s', level: 'warn' },
      ],
      ports: [],
    },
  },
]

for (const row of ROWS) {
  test(`from the files: ${row.name}`, async () => {
    const world = fakeWorld()
    world.answer('nginx -V', { code: 0, err: COMPILED })
    world.answer('nginx -T', { code: 1, err: 'nginx: [emerg] broken' })
    world.put('/etc/nginx/nginx.conf', row.conf.replaceAll('DIR', '/etc/nginx').replace('$@', '$'))
    for (const [path, text] of Object.entries(row.files ?? {})) world.put(`/etc/nginx/${path}`, text)
    check(row, await nginxLogs(world), ['nginx.refused'])
  })
}

const COMPILED =
  'nginx version: nginx/1.22.1\nconfigure arguments: --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf --http-log-path=/var/log/nginx/access.log --error-log-path=stderr\n'

const installed = spawnSync('nginx', ['-v']).status === 0
const root = mkdtempSync(join(tmpdir(), 'rampart-nginx-'))
after(() => rmSync(root, { recursive: true }))

// Rows that nginx itself accepts as they stand: it opens the logs that it tests.
const REAL: readonly Row[] = [
  {
    name: 'a whole server with includes',
    conf: 'pid DIR/pid; error_log DIR/e warn; events { } http { log_format own "$remote_addr [$time_local] \\"$request\\""; include conf.d/*.conf; access_log DIR/a own; server { listen 8080; access_log DIR/s; location / { access_log off; } } }',
    files: {
      'conf.d/1.conf':
        '# nothing\nserver {\n  listen 127.0.0.1:8081;\n  error_log DIR/e2 crit;\n  set_real_ip_from 192.0.2.1;\n}\n',
    },
    gives: {
      found: true,
      access: ['DIR/a', 'DIR/s'],
      error: [
        { path: 'DIR/e', level: 'warn' },
        { path: 'DIR/e2', level: 'crit' },
      ],
      ports: [8080, 8081],
      proxies: ['192.0.2.1'],
    },
  },
  {
    name: 'a file that nginx refuses is read all the same',
    conf: 'pid DIR/pid; error_log DIR/e; events { } http { access_log DIR/a; no_such_directive x; }',
    gives: { access: ['DIR/a'], error: [{ path: 'DIR/e', level: 'error' }] },
    notes: ['nginx.refused'],
  },
  {
    name: 'a file that breaks off gives what stands before',
    conf: 'pid DIR/pid; error_log DIR/e; events { } http { access_log DIR/a; server { listen 82',
    gives: { access: ['DIR/a'], error: [{ path: 'DIR/e', level: 'error' }] },
    notes: ['nginx.refused', 'nginx.syntax', 'nginx.syntax', 'nginx.syntax'],
  },
]

for (const [index, row] of REAL.entries()) {
  test(`from nginx -T: ${row.name}`, { skip: installed ? false : 'nginx is not installed' }, async () => {
    const folder = join(root, `${index}`)
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text.replaceAll('DIR', folder))
    }
    write('nginx.conf', row.conf)
    for (const [path, text] of Object.entries(row.files ?? {})) write(path, text)
    const logs = await nginxLogs(realWorld(), join(folder, 'nginx.conf'))
    check(JSON.parse(JSON.stringify(row).replaceAll('DIR', folder)), logs, [])
  })
}

test('no nginx, no logs', async () => {
  const logs = await nginxLogs(fakeWorld())
  assert.deepEqual(logs, { found: false, access: [], error: [], ports: [], proxies: [], notes: [] })
})

function check(row: Row, logs: NginxLogs, always: readonly string[]): void {
  for (const [key, value] of Object.entries(row.gives)) assert.deepEqual(logs[key as keyof NginxLogs], value, key)
  assert.deepEqual(logs.notes.map(({ code }) => code).sort(), [...always, ...(row.notes ?? [])].sort())
}

function print(directives: readonly Directive[]): string {
  const one = ({ name, words, block }: Directive) =>
    `${name}${words.length > 0 ? `(${words.join()})` : ''}${block ? `{${print(block)}}` : ''}`
  return directives.map(one).join(' ')
}
