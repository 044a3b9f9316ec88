/** A server of the installed Fail2ban, told what to do and asked what came of it: see fail2ban-server.py. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'fail2ban-server.py')

/** Why there is none; false if there is. It has a network of its own, which takes root. */
export function noServer(): string | false {
  if (process.getuid!() !== 0) return "Fail2ban's server needs root for a network of its own"
  return spawnSync('fail2ban-client', ['--version']).status === 0 ? false : 'Fail2ban is not installed'
}

/** The answers of the steps, in their order. */
export function askServer(given: unknown): unknown[] {
  const run = spawnSync('/usr/bin/python3', [SCRIPT], {
    input: JSON.stringify(given),
    encoding: 'utf8',
    timeout: 90_000,
  })
  assert.equal(run.status, 0, run.stderr)
  return JSON.parse(run.stdout) as unknown[]
}
