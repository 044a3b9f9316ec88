/** What is set at run time is so from then on, in a guard as in an installed Fail2ban; a reload forgets it and keeps the bans. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { localTime } from '../../../src/base/log-line.ts'
import { sleep, until } from '../../lab/lab.ts'
import { Both, noBoth, PLACE, SOCKET } from './both.ts'
import { rowsOf } from './rows.ts'

/** Longer than what either takes to read a line and to ban for it. */
const READ_MS = 15_000
/** Nothing came of a line within this. */
const NOTHING_MS = 2500

for (const which of ['fail2ban', 'rampart'] as const) {
  describe(`set at run time, ${which}`, { skip: noBoth() }, () => {
    let both: Both
    before(async () => {
      both = await Both.open(which)
    })
    after(() => both?.close())

    const say = async (...lines: readonly string[]) => {
      const answers = await both.ask(rowsOf(lines.join('\n').replaceAll('FOLDER', PLACE)).map(({ row }) => row))
      for (const [at, answer] of answers.entries()) assert.match(answer, /^\(0, /, `${lines[at]}: ${answer}`)
      return answers
    }
    const log = (file: string, ...lines: readonly string[]) => {
      const at = localTime(Date.now())
      appendFileSync(join(both.folder, file), lines.map((line) => `${at} ${line}\n`).join(''))
    }
    const isBanned = async (address: string, jail = 'one') => {
      const [answer] = await both.ask([['get', jail, 'banned', address]])
      return answer === '(0, 1)'
    }
    const banned = (address: string, jail?: string) =>
      until(`${address} is banned`, () => isBanned(address, jail), READ_MS)
    const notBanned = async (address: string, jail?: string) => {
      await sleep(NOTHING_MS)
      assert.equal(await isBanned(address, jail), false, `${address} is banned`)
    }
    const done = () => (existsSync(join(both.folder, 'done')) ? readFileSync(join(both.folder, 'done'), 'utf8') : '')
    const isDone = (text: string) => until(`"${text}" is done`, () => done().includes(text), READ_MS)

    test('addfailregex, delfailregex: lines count from now on, and no more', async () => {
      log('one.log', ...Array(3).fill('new from 192.0.2.30'))
      await notBanned('192.0.2.30')
      await say("set one addfailregex '^ new from <HOST>$'")
      log('one.log', ...Array(3).fill('new from 192.0.2.30'))
      await banned('192.0.2.30')
      await say('set one delfailregex 2')
      log('one.log', ...Array(3).fill('new from 192.0.2.31'))
      await notBanned('192.0.2.31')
    })

    test('addignoreregex: such a line counts no more', async () => {
      await say("set one addignoreregex '^ fail from 192\\.0\\.2\\.32$'")
      log('one.log', ...Array(3).fill('fail from 192.0.2.32'))
      await notBanned('192.0.2.32')
    })

    test('addlogpath, dellogpath: a log is read, and no more', async () => {
      await say('set one addlogpath FOLDER/three.log')
      log('three.log', ...Array(3).fill('fail from 192.0.2.33'))
      await banned('192.0.2.33')
      await say('set one dellogpath FOLDER/three.log')
      log('three.log', ...Array(3).fill('fail from 192.0.2.34'))
      await notBanned('192.0.2.34')
    })

    test('maxretry: fewer failures are enough', async () => {
      await say('set one maxretry 1')
      log('one.log', 'fail from 192.0.2.35')
      await banned('192.0.2.35')
      await say('set one maxretry 3')
    })

    test('findtime: failures further apart do not add up', async () => {
      await say('set one findtime 1')
      for (let times = 0; times < 3; times++) {
        log('one.log', 'fail from 192.0.2.36')
        await sleep(1500)
      }
      assert.equal(await isBanned('192.0.2.36'), false)
      await say('set one findtime 600')
    })

    test('addignoreip, delignoreip: never banned, and banned again', async () => {
      await say('set one addignoreip 192.0.2.37')
      log('one.log', ...Array(3).fill('fail from 192.0.2.37'))
      await notBanned('192.0.2.37')
      await say('set one delignoreip 192.0.2.37')
      log('one.log', ...Array(3).fill('fail from 192.0.2.37'))
      await banned('192.0.2.37')
    })

    test('bantime: later bans last as long', async () => {
      await say('set one bantime 1', 'set one banip 192.0.2.38')
      await until('the ban ends', async () => !(await isBanned('192.0.2.38')), READ_MS)
      await say('set one bantime 600')
    })

    test('idle: nothing is read, and what was written meanwhile is read afterwards', async () => {
      await say('set two idle on')
      await sleep(1500)
      log('two.log', ...Array(3).fill('fail from 192.0.2.39'))
      await notBanned('192.0.2.39', 'two')
      await say('set two idle off')
      // Fail2ban may have passed over the change; with the next one it reads all.
      log('two.log', 'no failure')
      await banned('192.0.2.39', 'two')
    })

    test('addaction, action, delaction: its script runs, is another, runs no more', async () => {
      await say('set one addaction extra', "set one action extra actionban 'echo extra <ip> <mark> >> FOLDER/done'")
      await say('set one action extra mark first', 'set one banip 192.0.2.40')
      await isDone('extra 192.0.2.40 first')
      await say("set one action noop actionban 'echo changed <ip> >> FOLDER/done'", 'set one banip 192.0.2.41')
      await isDone('changed 192.0.2.41')
      await say('set one delaction extra', 'set one banip 192.0.2.42')
      await isDone('changed 192.0.2.42')
      assert.doesNotMatch(done(), /extra 192\.0\.2\.42/)
    })

    test('add: a jail that stands in no file reads, bans and runs its action', async () => {
      await say('add seven polling', "set seven addfailregex '^ seven from <HOST>$'", 'set seven maxretry 1')
      await say('set seven addlogpath FOLDER/three.log tail', 'set seven addaction act')
      await say("set seven action act actionban 'echo seven <ip> >> FOLDER/done'", 'start seven')
      await sleep(1500)
      log('three.log', 'seven from 192.0.2.43')
      await banned('192.0.2.43', 'seven')
      await isDone('seven 192.0.2.43')
    })

    test('stop JAIL: its bans are lifted, it is there no more', async () => {
      await say('stop seven')
      const [answer] = await both.ask([['status', 'seven']])
      assert.equal(answer, "(1, UnknownJailException('seven'))")
    })

    test("Fail2ban's own client reloads: what was set is forgotten, bans stay", async () => {
      await say(
        'set one maxretry 9',
        "set one addfailregex '^x <HOST>$'",
        'set two banip 192.0.2.44',
        'set one banip 192.0.2.45',
      )
      const reloaded = await client(both, 'reload')
      assert.deepEqual([reloaded.out, reloaded.code], ['OK\n', 0], reloaded.err)
      const answers = await both.ask([
        ['get', 'one', 'maxretry'],
        ['get', 'two', 'banned', '192.0.2.44'],
        ['get', 'one', 'banned', '192.0.2.45'],
        ['get', 'one', 'actions'],
      ])
      assert.deepEqual(answers, ['(0, 3)', '(0, 1)', '(0, 1)', "(0, ['noop'])"])
      const [expressions = ''] = await both.ask([['get', 'one', 'failregex']])
      assert.doesNotMatch(expressions, /\^x/)
    })

    test('reload --unban JAIL, restart JAIL', async () => {
      assert.equal((await client(both, 'reload', '--unban', 'one')).out, 'OK\n')
      assert.equal(await isBanned('192.0.2.45'), false)
      assert.equal((await client(both, 'restart', 'two')).out, 'OK\n')
      await banned('192.0.2.44', 'two')
    })

    test('the socket is for its owner alone', () => {
      const { mode, uid } = statSync(join(both.folder, 'fail2ban.sock'))
      assert.deepEqual([mode & 0o777, uid], [0o700, 0])
    })
  })
}

describe("Fail2ban's own client, asking a guard", { skip: noBoth() }, () => {
  const COMMANDS: readonly string[] = [
    ...['ping', 'version', 'echo a b', 'status', 'status one', 'status one short', 'status nope', 'status one cymru'],
    ...['banned', 'banned 192.0.2.7', 'get loglevel', 'get logtarget', 'get syslogsocket', 'get dbfile'],
    ...['get dbpurgeage', 'get dbmaxmatches', 'get one logpath', 'get one ignoreip', 'get two ignoreip'],
    ...['get one failregex', 'get one ignoreregex', 'get one logencoding', 'get one journalmatch'],
    ...['get one datepattern', 'get one actions', 'get one actionproperties noop', 'get one actionmethods noop'],
    ...[
      'get one action noop actionban',
      'get one findtime',
      'get one maxretry',
      'get one bantime.factor',
      'get thread',
    ],
    ...[
      'set one banip 192.0.2.7 192.0.2.8',
      'set one banip 192.0.2.7',
      'get one banip',
      'get one banip ,',
      'status one',
    ],
    ...['get one banned', 'get one banned 192.0.2.7', 'set one unbanip 192.0.2.7', 'set one unbanip 192.0.2.99'],
    ...['set one unbanip --report-absent 192.0.2.99', 'unban 192.0.2.8', 'unban --all', 'set one findtime 1h'],
    ...['set one addignoreip 10.0.0.0/8', 'set one delignoreip 10.0.0.0/8', 'set one maxretry x', 'set one nope 1'],
    ...['set one addlogpath /run/place/three.log', 'set one dellogpath /run/place/three.log', 'set one usedns warn'],
    ...['set one usedns no', 'set one addaction more', 'set one delaction more', 'set one idle on', 'set one idle off'],
    ...[
      'set loglevel DEBUG',
      'set loglevel INFO',
      'flushlogs',
      'start one',
      'stop two',
      'status',
      'nope',
      'get',
      'set',
    ],
    ...['reload', 'status', 'reload one', 'reload nope', 'restart one', 'reload --if-exists nope', 'server-status'],
    ...['set one addfailregex', 'set one delfailregex 0', 'get one nope', 'unban', 'sleep 0.1', 'set thread x'],
  ]
  let theirs: Both
  let ours: Both
  before(async () => {
    ;[theirs, ours] = await Promise.all([Both.open('fail2ban'), Both.open('rampart')])
  })
  after(() => Promise.all([theirs?.close(), ours?.close()]))

  for (const words of COMMANDS) {
    test(`fail2ban-client ${words}`, async () => {
      const [their, our] = await Promise.all([theirs, ours].map((both) => client(both, ...words.split(' '))))
      assert.deepEqual(comparable(our!, words), comparable(their!, words))
    })
  }

  test('stop', async () => {
    assert.deepEqual((await client(ours, 'stop')).out, 'Shutdown successful\n')
    await until('nobody answers', async () => (await client(ours, 'ping')).code !== 0)
  })

  function comparable({ code, out }: { readonly code: number; readonly out: string }, words: string) {
    const lines = out.split('\n').map((line) => line.replace(/^[|`]- /, '- '))
    return { code, out: words.includes('ignoreip') ? lines.sort() : lines }
  }
})

describe('exporters, and whoever speaks pickle by hand', { skip: noBoth() }, () => {
  let ours: Both
  before(async () => {
    ours = await Both.open('rampart')
  })
  after(() => ours?.close())

  for (const protocol of [0, 1, 2, 3, 4, 5]) {
    test(`protocol ${protocol}: the figures of each jail`, async () => {
      const answers = await ours.ask([['status'], ['status', 'one'], ['get', 'one', 'maxretry'], ['version']], protocol)
      assert.equal(answers[0], "(0, [('Number of jail', 2), ('Jail list', 'one, two')])")
      assert.match(answers[1]!, /\('Currently banned', 0\), \('Total banned', 0\)/)
      assert.deepEqual(answers.slice(2), ['(0, 3)', "(0, '1.0.2')"])
    })
  }

  /** As a common one of them, written in Go, pickles: protocol 2, texts as Python 2's bytes, the mark in a write of its own. */
  const GO = `
import pickle, socket
def text(word): return b"U" + bytes([len(word)]) + word.encode()
channel = socket.socket(socket.AF_UNIX); channel.settimeout(5); channel.connect("${SOCKET}")
for words in (["ping", "100"], ["status"], ["status", "one"], ["version"], ["get", "one", "bantime"], ["get", "one", "findtime"], ["get", "one", "maxretry"]):
    for form in (b"(%sl.", b"](%se."):
        for part in (b"\\x80\\x02", form % b"".join(map(text, words)), b"<F2B_END_COMMAND>"): channel.sendall(part)
        answer = b""
        while b"<F2B_END_COMMAND>" not in answer: answer += channel.recv(1024)
        # It pads each piece that it reads with zeroes: what stands behind the value is not looked at.
        print(pickle.loads(answer + bytes(100)))
`

  test('one written in Go: its pickles, all on one connection', async () => {
    writeFileSync(join(ours.folder, 'go.py'), GO)
    const { out, err } = await ours.host.run(['python3', `${PLACE}/go.py`])
    assert.equal(err, '')
    const lines = out.trim().split('\n')
    assert.deepEqual(
      lines.filter((_, at) => at % 2 === 0),
      lines.filter((_, at) => at % 2 === 1),
    )
    const [pong, status, jail, ...values] = lines.filter((_, at) => at % 2 === 0)
    assert.deepEqual([pong, status], ["(0, 'pong')", "(0, [('Number of jail', 2), ('Jail list', 'one, two')])"])
    const failed = "('Currently failed', 0), ('Total failed', 0)"
    assert.ok(jail!.startsWith(`(0, [('Filter', [${failed}, `), jail)
    assert.deepEqual(values, ["(0, '1.0.2')", '(0, 600)', '(0, 600)', '(0, 3)'])
  })

  const HOSTILE = `
import os, pickle, random, socket, sys
END = b"<F2B_END_COMMAND>"
class Call:
    def __reduce__(self): return (os.system, ("touch ${PLACE}/called",))
def send(*parts):
    channel = socket.socket(socket.AF_UNIX); channel.settimeout(5); channel.connect("${SOCKET}")
    try:
        for part in parts: channel.sendall(part)
        return channel.recv(65536)
    except OSError as error: return repr(error).encode()
    finally: channel.close()
random.seed(7)
print(send(pickle.dumps(Call()) + END))
print(send(pickle.dumps(["set", "one", Call()]) + END))
print(send(b"cos\\nsystem\\n(S'touch ${PLACE}/called'\\ntR." + END))
print(send(b"garbage" + END))
for _ in range(300): send(bytes(random.randrange(256) for _ in range(random.randrange(200))) + END)
for _ in range(50):
    channel = socket.socket(socket.AF_UNIX); channel.connect("${SOCKET}"); channel.sendall(b"x" * 5000); channel.close()
deep = []
for _ in range(300): deep = [deep]
print(send(pickle.dumps(deep) + END)[:40])
waiting = []
for _ in range(100):
    channel = socket.socket(socket.AF_UNIX); channel.connect("${SOCKET}"); channel.sendall(b"half a mess"); waiting.append(channel)
print(send(pickle.dumps(["ping"]) + END))
print(send(*[bytes([byte]) for byte in pickle.dumps(["ping"]) + END]))
`

  test('hostile callers are told off, execute nothing, and keep nobody out', async () => {
    writeFileSync(join(ours.folder, 'hostile.py'), HOSTILE)
    const { out, err } = await ours.host.run(['python3', `${PLACE}/hostile.py`])
    const lines = out.split('\n')
    assert.equal(err, '')
    for (const at of [0, 1, 2]) assert.match(lines[at]!, /ERROR: the pickle names .*system/)
    assert.match(lines[3]!, /ERROR: /)
    for (const at of [0, 1, 2, 3]) assert.doesNotMatch(lines[at]!, / ERROR:/)
    assert.match(lines.at(-3)!, /pong/)
    assert.match(lines.at(-2)!, /pong/)
    assert.equal(existsSync(join(ours.folder, 'called')), false)
    assert.equal((await ours.ask([['ping']]))[0], "(0, 'pong')")
  })
})

function client(both: Both, ...words: readonly string[]) {
  return both.host.run(['/usr/bin/fail2ban-client', '-c', `${PLACE}/etc`, ...words])
}
