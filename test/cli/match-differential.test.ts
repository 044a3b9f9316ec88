/** The failures of the installed Fail2ban package's own samples, beside its fail2ban-regex. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { typed } from './typed.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-differential-'))
after(() => rmSync(folder, { recursive: true }))

const SAMPLES = '/usr/lib/python3/dist-packages/fail2ban/tests/files/logs'
const ZONE = 'CET-01CEST-02,M3.5.0,M10.5.0'
const missing =
  existsSync(`${SAMPLES}/sshd`) && existsSync('/etc/fail2ban/filter.d') ? false : 'fail2ban is not installed'

const FILTERS = [
  ...['sshd', 'sshd[mode=aggressive]', 'postfix[mode=aggressive]', 'dovecot', 'exim', 'asterisk', 'apache-auth'],
  ...['nginx-http-auth', 'sendmail-reject', 'roundcube-auth', 'mongodb-auth', 'guacamole'],
]

for (const filter of FILTERS) {
  test(`${filter}: the same ids in the same order`, { skip: missing }, async () => {
    const name = filter.replace(/\[.*/, '')
    // fail2ban-regex does not read a last line that lacks its newline.
    const log = `${readFileSync(`${SAMPLES}/${name}`, 'latin1').trimEnd()}\n`
    const words = [
      'match',
      filter.includes('[') ? filter : `filter:${filter}`,
      '-',
      '--json',
      '--config',
      '/etc/fail2ban',
    ]
    const { out, err } = await typed([...words, '--tz', ZONE, '--jail-options', 'usedns=raw', 'logencoding=latin1'], {
      input: [Buffer.from(log, 'latin1')],
    })
    assert.equal(err, '')
    const ids = out.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line).failures as { id: string }[])))
    assert.deepEqual(
      ids.map(({ id }) => id),
      theirs(filter, log),
    )
  })
}

function theirs(filter: string, log: string): readonly string[] {
  const options = ['-o', 'id', '--usedns', 'raw', '--no-check-all', '-e', 'latin1']
  const file = join(folder, 'log')
  writeFileSync(file, log, 'latin1')
  const done = spawnSync('fail2ban-regex', [...options, file, filter], {
    env: { ...process.env, TZ: ZONE },
    encoding: 'latin1',
  })
  assert.equal(done.status, 0, done.stderr)
  return done.stdout.split('\n').filter((line) => line !== '')
}
