/**
 * Random bytes at the control socket → answers in HTTP or a closed connection, and the next who asks is answered.
 * Run: `runtime/node fuzz/control.ts [ROUNDS] [SEED]`; prints the seed that broke it.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from '../src/control/client.ts'
import type { Asked } from '../src/control/command.ts'
import { parseCommand } from '../src/control/message.ts'
import { serve } from '../src/control/socket.ts'
import { Engine } from '../src/engine/engine.ts'
import { noHistory } from '../src/engine/history/no-history.ts'
import { manualJail } from '../src/engine/manual-jail.ts'
import { steadyClock } from '../src/engine/steady-clock.ts'
import { realWorld } from '../src/world/real.ts'
import { random } from './random.ts'
import { onlyFaults } from './rounds.ts'

const VALUES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '\\',
    '\\"',
    '\\u0000',
    '\\ud800',
    'null',
    'true',
    '-1',
    '1e999',
    '""',
    ' ',
    '\n',
  ],
  ...['"verb":', '"status"', '"ping"', '"why"', '"jail"', '"ban"', '"unban"', '"manual"', '"toString"', '"__proto__":'],
  ...['"address":', '"addresses":', '"lasts":', '"force":', '"192.0.2.1"', '"::/0"', '"10m"', '"1e9y"', '"x; drop"'],
  ...['{"verb":"ping"}', '{"verb":"ban","addresses":["192.0.2.7","x"]}', '{"verb":"why","address":"2001:db8::1"}'],
  ...['[[[[[[[[[[[[[[[[[[[[', '\u0000', '\x1b[2J', 'é', '😀', '\u2028'],
]
const WORDS = [
  ...[
    'GET',
    'POST',
    'PUT',
    'OPTIONS',
    ' ',
    ' ',
    '/v1/command',
    '/v1/events',
    '/v1/command?x=1',
    '/',
    '*',
    'http://[::1/',
  ],
  ...[' HTTP/1.1', ' HTTP/1.0', ' HTTP/9.9', '\r\n', '\r\n', '\r\n\r\n', '\n', '\r', '\0', ' ', '\t', '\x80\xff'],
  ...[
    'Host: x',
    'Content-Length: 15',
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'content-length: 0x10',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
    'Upgrade: websocket',
    'Connection: upgrade',
    'Connection: close',
  ],
  ...['5\r\nabcde\r\n0\r\n\r\n', 'ffffffffffffffff\r\n', 'X: ', 'a'.repeat(300), ';q=1', '{"verb":"ping"}'],
]

interface Target {
  /** One round with its own seed. @throws AssertionError, or whatever broke out */
  round(seed: number): Promise<void>
  close(): Promise<void>
}

export async function controlTarget(): Promise<Target> {
  const world = realWorld()
  const folder = mkdtempSync(join(tmpdir(), 'rampart-fuzz-'))
  const engine = new Engine({
    version: '0',
    pid: 1,
    clock: steadyClock(world.clock),
    history: noHistory(),
    table: undefined,
    jails: [manualJail(world)],
    spared: () => [],
    ignored: () => () => undefined,
    faults: [],
    lastSeq: 0,
  })
  const socket = join(folder, 'control.sock')
  const asked: Asked = { engine, reload: async () => ({ done: false, faults: [] }), stop() {} }
  const server = await serve(asked, world, socket)
  return {
    async round(seed) {
      const next = random(seed)
      const text = (pieces: readonly string[], most: number) =>
        Array.from({ length: Math.floor(next() * most) }, () => pieces[Math.floor(next() * pieces.length)]).join('')
      const body = text(VALUES, 12)
      onlyFaults(() => parseCommand(body))
      const head = 'POST /v1/command HTTP/1.1\r\nHost: x\r\n'
      const whole = `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
      for (const answer of [await sent(socket, whole), await sent(socket, text(WORDS, 20) + text(VALUES, 3))]) {
        if (answer !== '') assert.match(answer, ANSWER)
      }
      assert.equal((await ask(socket, { verb: 'ping' })).pid, 1)
    },
    async close() {
      await server.close()
      await engine.stop({ keep: false })
      rmSync(folder, { recursive: true })
    },
  }
}

/** What the guard and Node's parser of HTTP answer. */
const ANSWER = /^HTTP\/1\.1 (?:100|200|400|403|408|413|417|431|503|505) /

/** What is answered to one who sends this and shuts his half; an event stream is left. */
function sent(path: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(path, () => socket.end(Buffer.from(bytes)))
    socket.on('error', () => {}).on('close', () => resolve(answer))
    socket.on('data', (part) => {
      answer += part
      if (answer.includes('ndjson')) socket.destroy()
    })
  })
}

if (import.meta.main) {
  const [rounds = 2000, first = Date.now() % 1e9] = process.argv.slice(2).map(Number)
  const target = await controlTarget()
  for (let seed = first; seed < first + rounds; seed++) {
    await target.round(seed).catch((thrown) => {
      console.error(`seed ${seed}`)
      throw thrown
    })
  }
  await target.close()
  console.log(`${rounds} rounds from seed ${first}: answers and closed connections`)
}
