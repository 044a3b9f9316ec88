/** `rampart up` writes the log that scripts read where a file of the host says where, beside what the terminal is told. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Lab, noLab, until } from '../lab/lab.ts'

const JAIL = '[nginx-botsearch]\nenabled = true\nmaxretry = 1\n'
const LOG = '/run/fail2ban.log'

/** undefined: there is none. */
async function written(lab: Lab): Promise<string | undefined> {
  const { code, out } = await lab.server.run(['cat', LOG])
  return code === 0 ? out : undefined
}

async function guarding<T>(conf: string, words: readonly string[], act: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await Lab.open(JAIL)
  try {
    writeFileSync(join(lab.folder, 'rampart/fail2ban.local'), conf)
    const guard = await lab.guard(words)
    const result = await act(lab)
    await guard.stop()
    return result
  } finally {
    await lab.close()
  }
}

test('logtarget in a file of the host is written, and all that Fail2ban’s client does to it', {
  skip: noLab(),
}, async () => {
  await guarding(`[Definition]\nlogtarget = ${LOG}\n`, [], async (lab) => {
    await until('it begins', async () => (await written(lab))?.includes("Jail 'nginx-botsearch' started") ?? false)
    await lab.rampart('ban', '198.51.100.9', '--jail', 'nginx-botsearch')
    await until('the ban', async () => (await written(lab))!.includes('[nginx-botsearch] Ban 198.51.100.9'))
    await lab.server.must(['mv', LOG, `${LOG}.1`])
    const client = (...words: string[]) =>
      lab.server.run([join(import.meta.dirname, '../../bin/fail2ban-client'), ...words])
    assert.equal((await client('flushlogs')).out, 'logs: rolled over\n')
    assert.match((await client('get', 'logtarget')).out, /fail2ban\.log/)
    await lab.rampart('unban', '198.51.100.9')
    await until('the new file', async () => (await written(lab))?.includes('Unban 198.51.100.9') ?? false)
    assert.doesNotMatch((await written(lab))!, /\] Ban /)
  })
})

const NONE: readonly (readonly [what: string, conf: string, words: readonly string[]])[] = [
  ['where no file says so', '[Definition]\n', []],
  ['where it is the terminal', '[Definition]\nlogtarget = STDOUT\n', []],
  ['by a guard that only looks on', `[Definition]\nlogtarget = ${LOG}\n`, ['--observe']],
]
for (const [what, conf, words] of NONE)
  test(`nothing is written ${what}`, { skip: noLab() }, async () => {
    const files = await guarding(conf, words, async (lab) => {
      const { out } = await lab.server.run(['sh', '-c', `ls ${LOG} /var/log/fail2ban.log 2>/dev/null`])
      return out
    })
    assert.equal(files, '')
  })

test('a log that cannot be written keeps nobody from guarding, and is told', { skip: noLab() }, async () => {
  await guarding('[Definition]\nlogtarget = /run/none/here.log\n', [], async (lab) => {
    assert.match((await lab.rampart('status')).out, /\/run\/none\/here\.log/)
  })
})
