/** The installed Fail2ban, asked by a script that takes JSON and gives JSON. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const PYTHON = '/usr/bin/python3'

/** Why there is nothing to compare with; false if there is. @param module of Fail2ban */
export function missing(module: string): string | false {
  if (!existsSync(PYTHON)) return 'no Python is installed'
  const probe = spawnSync(PYTHON, ['-c', `import ${module}`])
  return probe.status === 0 ? false : 'the package fail2ban is not installed'
}

/** @param zone what local time is, as TZ has it */
export function askPython<Answer>(script: string, input: unknown, zone: string): Answer {
  const run = spawnSync(PYTHON, [script], {
    input: JSON.stringify(input),
    env: { TZ: zone, LANG: 'C.UTF-8', PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
    maxBuffer: 256 << 20,
  })
  assert.equal(run.status, 0, run.stderr)
  return JSON.parse(run.stdout) as Answer
}
