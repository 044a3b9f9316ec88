/** Observing beside a real Fail2ban: the same configuration, and what only one of the two bans is told. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, Lab, noLab, until } from '../lab/lab.ts'

const missing = noLab() ?? (existsSync('/usr/bin/fail2ban-server') ? undefined : 'fail2ban is not installed')

const SERVER_CONF = `[Definition]
loglevel = INFO
logtarget = /run/rampart/fail2ban.log
socket = /run/rampart/fail2ban.sock
pidfile = /run/rampart/fail2ban.pid
dbfile = None
`
const JAIL_CONF = `[DEFAULT]
backend = polling
banaction = noted
action = %(banaction)s
bantime = 10m
findtime = 10m
[probes]
enabled = true
filter = probes
logpath = /var/log/nginx/access.log
maxretry = 3
`
const FILTER = `[Definition]
failregex = ^<HOST> - \\S+ \\[\\] "GET /probe[^"]*" 404
`
const ACTION = `[Definition]
actionban = true
`
/** Rampart's own folder comes after: it bans earlier, and spares one that Fail2ban does not. */
const RAMPART_LOCAL = `[probes]
maxretry = 2
ignoreip = ${ATTACKERS}.30
banaction = nftables-multiport
`

describe('observing beside Fail2ban', { skip: missing ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  before(async () => {
    lab = await Lab.open(RAMPART_LOCAL)
    for (const name of ['filter.d', 'action.d']) mkdirSync(join(lab.folder, 'fail2ban', name))
    lab.write('fail2ban/fail2ban.conf', SERVER_CONF)
    lab.write('fail2ban/jail.conf', JAIL_CONF)
    lab.write('fail2ban/filter.d/probes.conf', FILTER)
    lab.write('fail2ban/action.d/noted.conf', ACTION)
    await lab.nginx()
    lab.server.start(['fail2ban-server', '-f', 'start'])
    await until('Fail2ban answers', async () => (await lab.server.run(['fail2ban-client', 'ping'])).code === 0)
    guard = await lab.guard(['--observe'])
  })
  after(() => lab?.close())

  test('what both ban is told once, what one bans is told with its name', async () => {
    await Promise.all([
      lab.visits(`${ATTACKERS}.10`, '/probe[1-4]'), // both
      lab.visits(`${ATTACKERS}.20`, '/probe[1-2]'), // Rampart alone: it needs two
      lab.visits(`${ATTACKERS}.30`, '/probe[1-4]'), // Fail2ban alone: Rampart spares it
    ])
    await until('both differences are told', () => (guard.out.match(/differs/g)?.length ?? 0) >= 2, 30_000)
    assert.match(guard.out, new RegExp(`would ban +${ATTACKERS}.10 `))
    assert.match(guard.out, new RegExp(`differs +${ATTACKERS}.20 +only Rampart bans it`))
    assert.match(guard.out, new RegExp(`differs +${ATTACKERS}.30 +only Fail2ban bans it`))
    assert.doesNotMatch(guard.out, new RegExp(`differs +${ATTACKERS}.10 `))
  })

  test('nothing in the kernel was changed', async () => {
    assert.equal((await lab.server.run(['nft', 'list', 'ruleset'])).out, '')
  })
})
