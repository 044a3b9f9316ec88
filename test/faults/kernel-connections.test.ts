/** What becomes of connections that are open when their client is banned: real nginx, TLS, HTTP/2 and UDP in the lab. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { end } from '../lab/host.ts'
import { ATTACKERS, ATTACKERS6, Lab, noLab, SERVER, SERVER6, sleep, until } from '../lab/lab.ts'
import { NGINX_CONF } from '../lab/nginx-conf.ts'

const JAILS = `
[DEFAULT]
filter = nginx-botsearch
logpath = /var/log/nginx/nobody.log
port = http,https
[drops]
enabled = true
banaction = nftables-multiport
blocktype = drop
action = nftables-multiport[port="%(port)s", blocktype=drop]
[rejects]
enabled = true
action = iptables-multiport[port="%(port)s", blocktype="REJECT --reject-with icmp-port-unreachable"]
[udp]
enabled = true
action = nftables-multiport[port=5353, protocol=udp, blocktype=reject]
`

/** What the client hears of its request after the ban, within a second. */
type Heard = 'silence' | 'reset'

const CLIENTS: readonly (readonly [string, 'drops' | 'rejects', string, string, Heard])[] = [
  ['HTTP keep-alive', 'drops', 'http', `${ATTACKERS}.1`, 'silence'],
  ['HTTP keep-alive', 'rejects', 'http', `${ATTACKERS}.2`, 'reset'],
  ['HTTP keep-alive over IPv6', 'drops', 'http', `${ATTACKERS6}:1`, 'silence'],
  ['HTTP keep-alive over IPv6', 'rejects', 'http', `${ATTACKERS6}:2`, 'reset'],
  ['HTTPS keep-alive', 'rejects', 'https', `${ATTACKERS}.3`, 'reset'],
  ['HTTP/2', 'drops', 'h2', `${ATTACKERS}.4`, 'silence'],
  ['HTTP/2', 'rejects', 'h2', `${ATTACKERS}.5`, 'reset'],
]

describe('open connections of who is banned', { skip: noLab() ?? false }, () => {
  let lab: Lab

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.append('log/nobody.log', '')
    lab.write('nginx/nginx.conf', NGINX_CONF.replace('listen 443 ssl;', 'listen 443 ssl http2;'))
    await lab.nginx()
    await lab.guard()
  })
  after(() => lab?.close())

  for (const [what, jail, scheme, from, heard] of CLIENTS) {
    test(`R63 ${what}, a ban of a jail that ${jail}: no further byte is answered, the client hears ${heard}`, async () => {
      const client = lab.outside.start([process.execPath, '-e', HTTP_CLIENT, scheme, from, hostFor(from)])
      const ask = asker(client)
      assert.equal(await ask(), '200')
      assert.equal(await ask(), '200')
      assert.equal((await lab.rampart('ban', from, '--jail', jail)).code, 0)
      assert.equal(await ask(), heard)
      await end(client)
    })
  }

  for (const [jail, heard] of [
    ['manual', 'silence'],
    ['udp', 'ECONNREFUSED'],
  ] as const) {
    test(`R63 UDP, a ban of the jail ${jail}: no further datagram is answered, the client hears ${heard}`, async () => {
      const from = `${ATTACKERS}.${jail === 'udp' ? 6 : 7}`
      const server = lab.server.start([process.execPath, '-e', UDP_ECHO])
      await once(server.stdout!, 'data')
      const client = lab.outside.start([process.execPath, '-e', UDP_CLIENT, from, SERVER])
      const ask = asker(client)
      assert.equal(await ask(), 'echo')
      assert.equal((await lab.rampart('ban', from, '--jail', jail)).code, 0)
      assert.equal(await ask(), heard)
      assert.equal((await lab.rampart('unban', from)).code, 0)
      await until('it is answered again', async () => (await ask()) === 'echo')
      await end(client)
      await end(server)
    })
  }

  test('R63 a download that runs when its client is banned stops', async () => {
    const from = `${ATTACKERS}.8`
    lab.write('nginx/www/large', 'x'.repeat(50_000_000))
    const connection = lab.connect(from)
    connection.send('GET /large HTTP/1.1\r\nHost: lab\r\n\r\n')
    await until('the first bytes', () => connection.received.length > 0)
    assert.equal((await lab.rampart('ban', from, '--jail', 'drops')).code, 0)
    await sleep(300)
    const before = connection.received.length
    await sleep(700)
    assert.equal(connection.received.length, before)
    await connection.close()
  })
})

function hostFor(from: string): string {
  return from.includes(':') ? SERVER6 : SERVER
}

/** Each line that is sent to it is a request; its answer is a line. */
function asker(client: { stdin: NodeJS.WritableStream | null; stdout: NodeJS.ReadableStream | null }) {
  const lines = createInterface({ input: client.stdout! })[Symbol.asyncIterator]()
  return async () => {
    client.stdin!.write('ask\n')
    return (await lines.next()).value
  }
}

/** `SCHEME FROM HOST`: every request goes by the same connection. */
const HTTP_CLIENT = `
const [scheme, localAddress, host] = process.argv.slice(1)
const url = (scheme === 'http' ? 'http' : 'https') + '://' + (host.includes(':') ? '[' + host + ']' : host)
const options = { localAddress, rejectUnauthorized: false }
const first = (...answers) => Promise.race([...answers, new Promise((done) => setTimeout(done, 1000, 'silence'))])
let ask
if (scheme === 'h2') {
  const session = require('node:http2').connect(url, options)
  const lost = new Promise((done) => { session.on('error', () => done('reset')); session.on('close', () => done('reset')) })
  ask = () => first(lost, new Promise((done) => {
    const stream = session.request({ ':path': '/' })
    stream.on('response', (headers) => { stream.resume(); done(String(headers[':status'])) })
    stream.on('error', () => {})
    stream.end()
  }))
} else {
  const http = require('node:' + scheme)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  // The late acknowledgement of the last answer may hear the reset before the next request does.
  let isReset = false
  agent.on('free', (socket) => socket.once('close', (isFault) => { isReset ||= isFault }))
  ask = () => first(new Promise((done) => {
    const asked = http.get(url, { ...options, agent }, (answer) => { answer.resume(); answer.on('end', () => done(String(answer.statusCode))) })
    asked.on('error', () => done(asked.reusedSocket || isReset ? 'reset' : 'refused'))
  }))
}
require('node:readline').createInterface({ input: process.stdin }).on('line', async () => console.log(await ask()))
`

const UDP_ECHO = `
const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (bytes, { address, port }) => socket.send(bytes, port, address))
socket.bind(5353, '0.0.0.0', () => console.log('up'))
`

/** \`FROM HOST\`: every datagram goes by the same socket. */
const UDP_CLIENT = `
const [from, host] = process.argv.slice(1)
const socket = require('node:dgram').createSocket('udp4')
let done = () => {}
socket.on('message', () => done('echo'))
socket.on('error', (error) => done(error.code))
socket.bind(0, from, () => socket.connect(5353, host, () => {
  require('node:readline').createInterface({ input: process.stdin }).on('line', async () => {
    const answer = new Promise((resolve) => { done = resolve })
    socket.send('x')
    console.log(await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 700, 'silence'))]))
  })
}))
`
