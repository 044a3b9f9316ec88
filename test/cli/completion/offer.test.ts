/** `rampart __complete`: names for a shell, and quiet whatever is wrong. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createAnyServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { offer } from '../../../src/cli/completion/offer.ts'
import type { Setting } from '../../../src/cli/setting.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-offer-'))
after(() => rmSync(folder, { recursive: true }))

const FILES: Readonly<Record<string, string>> = {
  '/stock/filter.d/sshd.conf': '',
  '/etc/fail2ban/filter.d/sshd.local': '',
  '/etc/rampart/filter.d/own.conf': '',
  '/etc/rampart/filter.d/README': '',
  '/stock/jail.conf': '[INCLUDES]\n[DEFAULT]\n[sshd]\nenabled = true\n[postfix]\n',
  '/etc/fail2ban/jail.d/own.local': '[own]\nenabled = false\n',
  '/etc/services': 'ssh 22/tcp\ndomain 53/udp dns # names\n',
  '/etc/ufw/applications.d/nginx': '[Nginx Full]\ntitle=t\ndescription=d\nports=80,443/tcp\n',
  '/var/lib/rampart/lists/drop.list': '',
}

async function offered(what: readonly string[], socket = join(folder, 'nobody'), from = '') {
  const world = fakeWorld()
  for (const [path, text] of Object.entries(FILES)) world.put(path, text)
  let [out, err] = ['', '']
  const terminal = { out: (text: string) => (out += text), err: (text: string) => (err += text) }
  const code = await offer({ world, terminal, stockFolder: '/stock' } as unknown as Setting, what, { socket, from })
  assert.deepEqual({ code, err }, { code: 0, err: '' })
  return out.split('\n').slice(0, -1)
}

const ROWS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['filters of all folders, each once', ['filters'], ['own', 'sshd']],
  ['jails of all folders, enabled or not', ['sections'], ['own', 'postfix', 'sshd']],
  ['profiles', ['profiles'], ['Nginx Full']],
  ['services and their other names', ['services'], ['ssh', 'domain', 'dns']],
  ['several kinds at once', ['services', 'filters'], ['own', 'sshd', 'ssh', 'domain', 'dns']],
  ['nothing where no guard runs', ['jails'], []],
  ['nothing for what it does not know', ['nonsense', '$(id)'], []],
]

for (const [name, what, expected] of ROWS) {
  test(`it offers ${name}`, async () => assert.deepEqual(await offered(what), expected))
}

test('a name that would be two lines, or that a terminal obeys, is not offered', async () => {
  const names = ['sshd', 'two\nlines', '\x1b]0;title\x07', 'right\u202eleft', '', 'a b']
  const server = createServer((_, response) => {
    response.end(JSON.stringify({ reply: { jails: names.map((name) => ({ name })) } }))
  })
  const socket = await listening(server)
  assert.deepEqual(await offered(['jails'], socket), ['sshd', 'a b'])
})

test('who is banned is offered, and not more than anybody chooses among', async () => {
  const all = Array.from({ length: 2000 }, (_, at) => ({ address: `198.51.${at >> 8}.${at & 255}` }))
  const server = createServer((_, response) => response.end(`${JSON.stringify(all)}\n`))
  const socket = await listening(server)
  assert.equal((await offered(['banned'], socket)).length, 500)
  assert.deepEqual(await offered(['banned'], socket, '198.51.7.20'), [
    '198.51.7.20',
    ...Array.from({ length: 8 }, (_, last) => `198.51.7.20${last}`),
  ])
})

const BROKEN: readonly (readonly [string, Server])[] = [
  ['never answers', createAnyServer(() => {})],
  ['hangs up', createAnyServer((connection) => connection.destroy())],
  ['answers what is no JSON', createServer((_, response) => response.end('<html>'))],
  [
    'sends a byte now and then',
    createServer((_, response) => {
      const dripping = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(dripping))
    }),
  ],
]

for (const [name, server] of BROKEN) {
  test(`a guard that ${name} holds nobody up`, { timeout: 10_000 }, async () => {
    assert.deepEqual(await offered(['jails'], await listening(server)), [])
  })
}

async function listening(server: Server): Promise<string> {
  const socket = mkdtempSync(join(folder, 'guard-'))
  const open = new Set<{ destroy(): void }>()
  server.on('connection', (connection) => open.add(connection))
  after(() => {
    for (const connection of open) connection.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(join(socket, 'sock'), resolve))
  return join(socket, 'sock')
}
