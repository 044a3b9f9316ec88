/** The guard as Fail2ban's service: instances beside each other, bad configurations, a kill, a rotated log. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { PLACE } from '../../control/fail2ban/both.ts'
import { noLab, until } from '../../lab/lab.ts'
import { Client } from './client.ts'

const FILES = {
  'etc/jail.conf': `[one]
enabled = true
filter = one
backend = polling
action = nftables[port=80, protocol=tcp]
logpath = FOLDER/one.log
`,
  'etc/action.d/nftables.conf': '[Definition]\nactionban = nft add element x y { <ip> }\n',
}

describe('fail2ban-server', { skip: noLab() ?? false }, () => {
  let client: Client
  before(async () => {
    client = await Client.open('rampart', FILES)
  })
  after(() => client.close())
  const say = async (line: string) => (await client.say([line]))[0]!
  const banned = async (options = '') => (await say(`${options} get one banned`)).out.trim()
  const tables = async () => (await client.host.must(['nft', 'list', 'tables'])).trim().split('\n').length
  const kernel = () => client.host.must(['nft', 'list', 'ruleset'])
  const SECOND = `-s ${PLACE}/second.sock -p ${PLACE}/second.pid --logtarget ${PLACE}/second.log`

  test('a server on another socket has its own bans, table, history and log, and ends alone', async () => {
    assert.equal((await say(`${SECOND} start`)).out, 'Server ready\n')
    await say('set one banip 203.0.113.1')
    await say(`${SECOND} set one banip 203.0.113.2`)
    assert.deepEqual([await banned(), await banned(SECOND)], ["['203.0.113.1']", "['203.0.113.2']"])
    assert.equal(await tables(), 2)
    assert.equal((await say(`${SECOND} stop`)).out, 'Shutdown successful\n')
    assert.deepEqual([await banned(), await tables()], ["['203.0.113.1']", 1])
    assert.match(readFileSync(join(client.folder, 'second.log'), 'utf8'), /Ban 203\.0\.113\.2\n/)
    assert.doesNotMatch(readFileSync(join(client.folder, 'fail2ban.log'), 'utf8'), /203\.0\.113\.2/)
  })

  test('its own table is put back when somebody flushes it', async () => {
    await say(`${SECOND} start`)
    assert.equal(await banned(SECOND), "['203.0.113.2']")
    await client.host.must(['nft', 'flush', 'ruleset'])
    await until('both tables are back', async () => {
      const text = await kernel()
      return text.includes('203.0.113.1') && text.includes('203.0.113.2')
    })
    await say(`${SECOND} stop`)
  })

  test('a configuration with a fault: reload changes nothing, tells file and line, and ends with 255', async () => {
    const jails = join(client.folder, 'etc/jail.conf')
    const good = readFileSync(jails)
    appendFileSync(jails, 'maxretry = %(nowhere)s\n')
    const lines = good.toString().split('\n').length
    const told = await say('reload')
    assert.equal(told.code, 255)
    assert.match(told.err, new RegExp(`Failed during configuration: .*etc/jail\\.conf:${lines}: .*maxretry`))
    assert.equal(await banned(), "['203.0.113.1']")
    renameSync(jails, `${jails}.bad`)
    assert.equal((await say('reload')).code, 255)
    await client.host.run(['sh', '-c', `cat > ${PLACE}/etc/jail.conf`], good.toString())
    assert.deepEqual([(await say('reload')).out, await banned()], ['OK\n', "['203.0.113.1']"])
  })

  test('a rotated log is left by SIGUSR1 and by flushlogs', async () => {
    const log = join(client.folder, 'fail2ban.log')
    renameSync(log, `${log}.1`)
    await client.host.must(['sh', '-c', `kill -USR1 $(cat ${PLACE}/fail2ban.pid)`])
    await until('a new log', () => existsSync(log) && /rollover performed on/.test(readFileSync(log, 'utf8')))
    renameSync(log, `${log}.2`)
    assert.equal((await say('flushlogs')).out, 'logs: rolled over\n')
    assert.match(readFileSync(log, 'utf8'), /rollover performed on/)
  })

  test('a restart keeps the bans; so does a kill, whose socket only -x removes', async () => {
    assert.equal((await say('restart')).out, 'Shutdown successful\nServer ready\n')
    assert.equal(await banned(), "['203.0.113.1']")
    await client.host.must(['sh', '-c', `kill -9 $(cat ${PLACE}/fail2ban.pid)`])
    await until('nobody answers', async () => (await say('ping')).code !== 0)
    assert.equal((await say('ping')).err, '[Errno 111] Connection refused')
    const told = await say('start')
    assert.match(told.err, /unexpected state \(not running but the socket exists\)/)
    assert.equal((await say('-x start')).out, 'Server ready\n')
    assert.equal(await banned(), "['203.0.113.1']")
  })

  test('what keeps it from starting is told', async () => {
    const told = await say(`-s ${PLACE}/third.sock -p /proc/nowhere/third.pid start`)
    assert.equal(told.code, 255)
    assert.match(told.err, /nowhere[\s\S]*Could not start server/)
    assert.equal((await say(`-s ${PLACE}/third.sock ping`)).code, 255)
  })

  test('a log that cannot be written is told, and keeps it from nothing', async () => {
    const third = `-s ${PLACE}/third.sock -p ${PLACE}/third.pid`
    const told = await say(`${third} --logtarget /proc/nowhere/x.log start`)
    assert.match(told.err, /Failed to change log target: .*nowhere/)
    assert.equal(told.out, 'Server ready\n')
    assert.equal((await say(`${third} stop`)).code, 0)
  })

  test('SIGTERM ends it; socket and number are gone', async () => {
    await client.host.must(['sh', '-c', `kill $(cat ${PLACE}/fail2ban.pid)`])
    await until('it has ended', () => !existsSync(join(client.folder, 'fail2ban.pid')))
    await until('no table', async () => (await kernel()) === '')
    assert.match((await say('ping')).err, /Is fail2ban running\?/)
  })
})
