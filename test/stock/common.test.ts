/** A filter of an admin's own that begins with common.conf finds the same with ours as with the installed Fail2ban's. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadFilter } from '../../src/config/load-filter.ts'
import { trial } from '../../src/filter/trial.ts'
import { realWorld } from '../../src/world/real.ts'

const THEIRS = '/etc/fail2ban/filter.d/common.conf'
const MESSAGE = 'login failed from 203.0.113.7'
const DATE = 'Nov 22 18:00:00'
const MINE = `[INCLUDES]
before = common.conf
[Definition]
_daemon = mine
failregex = ^%(__prefix_line)slogin failed from <HOST>$
`

const BEGINNINGS = [
  `${DATE} web1 mine[123]: `,
  `${DATE} web1 mine: `,
  `${DATE} mine[123]: `,
  `${DATE} web1 other[123]: `,
  `${DATE} web1 other: mine[123]: `,
  `${DATE} web1 x mine[123]: `,
  `${DATE} web1 `,
  `${DATE} web1 kernel: [123.456] mine[123]: `,
  `${DATE} web1 [mine][123]: `,
  `${DATE} web1 mine(pam_unix)[123]: `,
  `${DATE} web1 [123]: `,
  `${DATE} web1 mine[123]: [ID 800047 auth.info] `,
  `${DATE} <auth.info> web1 mine[123]: `,
  `${DATE} web1 mine[123]:`,
  'web1 mine[123]: ',
  '<38>1 2026-11-22T18:00:00+00:00 web1 mine 123 - - ',
  '',
]

const folder = mkdtempSync(join(tmpdir(), 'rampart-common-'))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'filter.d'))
writeFileSync(join(folder, 'filter.d', 'mine.conf'), MINE)

for (const logtype of ['file', 'short', 'journal', 'rfc5424']) {
  const skip = existsSync(THEIRS) ? false : 'fail2ban is not installed'
  test(`lines of logtype ${logtype} begin alike with our common.conf and with Fail2ban's`, { skip }, () => {
    const tried = trial(loadFilter(realWorld(), ['config', folder], `mine[logtype=${logtype}]`))
    const ours = lines().filter((line) => tried.try(line, Date.UTC(2026, 10, 23)).matches.length > 0)
    assert.deepEqual(ours, theirs(logtype))
    assert.ok(ours.length > 0)
  })
}

function lines(): readonly string[] {
  return BEGINNINGS.map((beginning) => `${beginning}${MESSAGE}`)
}

function theirs(logtype: string): readonly string[] {
  const root = join(folder, 'theirs')
  mkdirSync(join(root, 'filter.d'), { recursive: true })
  copyFileSync(THEIRS, join(root, 'filter.d', 'common.conf'))
  writeFileSync(join(root, 'filter.d', 'mine.conf'), MINE)
  const log = join(root, 'lines.log')
  writeFileSync(
    log,
    lines()
      .map((line) => `${line}\n`)
      .join(''),
  )
  const args = ['-c', root, '--usedns', 'no', '-o', '<msg>', log, `mine[logtype=${logtype}]`]
  const told = new Set(execFileSync('fail2ban-regex', args, { encoding: 'utf8' }).split('\n'))
  return lines().filter((line) => told.has(line))
}
