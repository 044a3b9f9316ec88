import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const STORY = join(import.meta.dirname, 'child/disk-trouble.ts')
const first = 'sshd 4/32/c0000201 0-600'

/** What the guard sees on a file system of 1 MiB of its own. */
const stories: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'full',
    'a full disk costs no deed: it is written when there is room',
    ['first kept', 'state full 200', 'read 1', 'later kept', 'state ok 201'],
  ],
  [
    'full-at-start',
    'a disk that is full at the start gives the bans back, and takes new ones when there is room',
    ['state full', `read ${first}`, 'later kept ok'],
  ],
  [
    'read-only',
    'a read-only file system gives the bans back, and takes new ones when it is writable',
    ['state read-only', `read ${first}`, 'later kept ok 2'],
  ],
  [
    'read-only-after-crash',
    'a log that a crash left on a read-only file system is not lost',
    ['state read-only', 'later kept ok', `read ${first} sshd 4/32/c0000202 0-600`],
  ],
]

const inOwnMounts = ['-m', '--propagation', 'private']
const allowed = spawnSync('unshare', [...inOwnMounts, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

for (const [story, name, seen] of stories) {
  test(name, { skip: allowed ? false : 'no mount namespace may be made here (run as root)' }, () => {
    const mount = mkdtempSync(join(tmpdir(), 'rampart-disk-'))
    const script = 'mount -t tmpfs -o size=1m none "$3" && exec "$0" "$1" "$2" "$3"'
    const argv = [...inOwnMounts, 'sh', '-c', script, process.execPath, STORY, story, mount]
    const { stdout, stderr } = spawnSync('unshare', argv, { encoding: 'utf8', timeout: 30_000 })
    rmSync(mount, { recursive: true })
    assert.deepEqual(stdout.trim().split('\n'), seen, stderr)
  })
}
