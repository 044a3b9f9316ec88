/** What the tags of a command say, beside what the installed Fail2ban says of the same lines: at a ban, at a start, at the end. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Lab, noLab, until } from '../lab/lab.ts'
import { Beside, noFail2ban } from './beside-fail2ban.ts'

/** Each prints its words one a line, with what a line of a script makes of them. */
const TAGS = [
  ...['ip', 'fid', 'family', 'ip-rev', 'ip-host', 'failures', 'bantime', 'bancount', 'restored', 'timeout'],
  ...['ipfailures', 'ipjailfailures', 'jail.banned', 'jail.banned_total', 'jail.found', 'jail.found_total'],
  ...['F-USER', 'F-EXTRA', 'F-NONE', 'F-IP4', 'F-IP6', 'F-FAILURES', 'fq-hostname', 'sh-hostname', 'unknown', 'name'],
]
const TEXTS = ['matches', 'ipmatches', 'ipjailmatches', 'sp', 'br']

function commandOf(verb: string, file: string): string {
  const words = TAGS.map((tag) => `"${tag}=<${tag}>"`).join(' ')
  const texts = TEXTS.map((tag) => `"${tag}=<${tag}>"`).join(' ')
  return `action${verb} = { echo "${verb} <ip>"; printf '%%s\\n' ${words} ${texts}; pwd; umask; cat; echo; } >> ${file}`
}

function actionOf(file: string): string {
  return `[Definition]\n${['ban', 'unban'].map((verb) => commandOf(verb, file)).join('\n')}\nactionstart = printf 'start [%%s]\\n' '<family><ip>' >> ${file}\n[Init]\nname = x\n`
}

const A = '198.51.100.1'
const B = '2001:db8:bad::2'
const HOSTILE = `'"\`$(id)\`;&|*?~<>^()[]{}\\ # end`

/** Both are told these, one after the other. */
function linesOf(seconds: number): readonly string[] {
  const line = (user: string, extra: string, from: string) =>
    `${seconds} FAIL user=${user} extra=${extra} from ${from}\n`
  return [line('first', 'one', A) + line('second', '', A), line(HOSTILE, 'x', B) + line('b', 'x', B)]
}

describe('the values of tags beside Fail2ban', { skip: noFail2ban() ?? noLab() ?? false }, () => {
  let folder: string
  let beside: Beside
  let lab: Lab
  const theirs = () => join(folder, 'theirs')
  const ours = () => join(lab.folder, 'acts', 'ours')

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rampart-values-'))
    beside = new Beside(folder, [{ name: 'values', action: actionOf(theirs()) }])
    lab = await Lab.open()
    for (const name of ['fail2ban/action.d', 'fail2ban/filter.d', 'acts']) mkdirSync(join(lab.folder, name))
    const jail = readFileSync(join(folder, 'jail.conf'), 'utf8')
    lab.write('rampart/jail.local', jail.replace(/logpath = .*/, 'logpath = /var/log/nginx/values.log'))
    lab.write('fail2ban/filter.d/probes.conf', readFileSync(join(folder, 'filter.d/probes.conf'), 'utf8'))
    lab.write('fail2ban/action.d/values.conf', actionOf(ours()))
    lab.append('log/values.log', '')
    await Promise.all([playTheirs(), playOurs()])
  })
  after(async () => {
    beside?.kill()
    await lab?.close()
    if (folder) rmSync(folder, { recursive: true })
  })

  const blocks = (path: string) =>
    existsSync(path) ? readFileSync(path, 'utf8').split(/^(?=start |ban |unban )/m) : []
  const seen =
    (path: string, words: string, times = 1) =>
    () =>
      blocks(path).filter((block) => block.startsWith(words)).length >= times

  async function playTheirs(): Promise<void> {
    const ask = (...words: string[]) => beside.ask(...words)
    await beside.start()
    for (const [index, lines] of linesOf(Math.floor(Date.now() / 1000)).entries()) {
      beside.log('values', lines)
      await until('the ban', seen(theirs(), `ban ${[A, B][index]}`), 20_000)
    }
    ask('set', 'values', 'unbanip', A)
    await until('the end', seen(theirs(), `unban ${A}`))
    await beside.stop()
    await beside.start()
    await until('the restored ban', seen(theirs(), `ban ${B}`, 2))
    await beside.stop()
  }

  async function playOurs(): Promise<void> {
    const guard = await lab.guard()
    for (const [index, lines] of linesOf(Math.floor(Date.now() / 1000)).entries()) {
      lab.append('log/values.log', lines)
      await until('the ban', seen(ours(), `ban ${[A, B][index]}`), 20_000)
    }
    await lab.rampart('unban', A)
    await until('the end', seen(ours(), `unban ${A}`))
    await guard.stop()
    const again = await lab.guard()
    await until('the restored ban', seen(ours(), `ban ${B}`, 2))
    await again.stop()
  }

  const SCENES = [
    'the start',
    'a ban',
    'a ban for hostile words, of IPv6',
    'an end by hand',
    'an end at the stop',
    'the next start',
    'a restored ban',
    'its end',
  ]
  for (const [index, name] of SCENES.entries()) {
    test(`${name} says the same`, () => assert.deepEqual(facts(blocks(ours())[index]), facts(blocks(theirs())[index])))
  }
})

/** Times are each program's own; so is what stands in an environment. */
function facts(block: string | undefined): string[] {
  return (block ?? 'none').split('\n').map((line) =>
    line
      .replace(/^(\d{9,}) FAIL/, 'FAIL')
      .replace(/^\d+$/, 'n')
      .replace(/=\d{9,} FAIL/, '=FAIL'),
  )
}
