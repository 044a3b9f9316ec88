/** One scene before both servers: the lines of their logs that scripts look for are the same. */
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { noBoth } from '../../control/fail2ban/both.ts'
import { sleep, until } from '../../lab/lab.ts'
import { Client } from './client.ts'

const FILES = {
  'etc/jail.conf': `[log]
enabled = true
filter = log
backend = polling
action = noop
logpath = FOLDER/one.log
maxretry = 2
findtime = 600
bantime = 3
bantime.increment = true
usedns = no
ignoreip = 192.0.2.200
`,
  'etc/filter.d/log.conf': '[Definition]\nfailregex = ^\\s*fail from <HOST>$\n',
}

const SOUGHT =
  / (?:Found|Ban|Unban|Restore Ban|Increase Ban|Ignore) |already banned|Jail '\w+' (?:started|stopped)|Reload finished/
/** Of who is banned already no more is told than that. */
const LEFT_OUT = /203\.0\.113\.9, bad - /

test('the lines of the log that scripts look for: as of the installed server', { skip: noBoth() }, async (t) => {
  const [theirs, ours] = await Promise.all((['fail2ban', 'rampart'] as const).map(played))
  assert.deepEqual(ours, theirs)
  t.diagnostic(ours!.join('\n'))
})

async function played(which: 'fail2ban' | 'rampart'): Promise<readonly string[]> {
  const client = await Client.open(which, FILES)
  const log = () => readFileSync(join(client.folder, 'fail2ban.log'), 'utf8')
  const seen = (pattern: RegExp) => until(`${which}: ${pattern}`, () => pattern.test(log()), 30_000)
  const fail = (...addresses: readonly string[]) => {
    const lines = addresses.map((address) => `${stamp()} fail from ${address}\n`)
    appendFileSync(join(client.folder, 'one.log'), lines.join(''))
  }
  try {
    await seen(/Jail 'log' started/)
    await sleep(1000)
    fail('192.0.2.200', '192.0.2.1', '192.0.2.1', '2001:db8::1', '2001:db8::1')
    await seen(/ Ban 192\.0\.2\.1\n[\s\S]* Ban 2001:db8::1\n/)
    await seen(/ Unban 192\.0\.2\.1\n[\s\S]* Unban 2001:db8::1\n/)
    fail('192.0.2.1')
    await seen(/ Increase Ban 192\.0\.2\.1 /)
    await client.say(['set log banip 198.51.100.7', 'set log unbanip 198.51.100.7', 'set log bantime 1h'])
    await seen(/ Unban 198\.51\.100\.7\n/)
    fail('203.0.113.9', '203.0.113.9')
    await seen(/ Ban 203\.0\.113\.9\n/)
    await sleep(4500)
    fail('203.0.113.9', '203.0.113.9')
    await seen(/203\.0\.113\.9 already banned/)
    await client.say(['restart'])
    await seen(/ Restore Ban 203\.0\.113\.9\n/)
    await client.say(['stop'])
    await seen(/Exiting Fail2ban\n[\s\S]*Exiting Fail2ban\n/)
    const lines = log()
      .split('\n')
      .filter((line) => SOUGHT.test(line) && !LEFT_OUT.test(line))
    return [...new Set(lines.map(withoutTime))].sort()
  } finally {
    await client.close()
  }
}

function stamp(): string {
  const at = new Date()
  return `${new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ')}`
}

function withoutTime(line: string): string {
  return line.replace(/\[\d+\]/, '[PID]').replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d{3})?/g, 'TIME')
}
