/**
 * The wall clock of the lab's server, which a test may set: all its programs are run with a small library before libc. The
 * machine's own clock stays as it is, and so do the monotonic ones.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lab, ROOT } from './lab.ts'

/** Why there can be none here; undefined if there can. */
export function noWallClock(): string | undefined {
  return spawnSync('cc', ['--version']).status === 0 ? undefined : 'no C compiler'
}

export class WallClock {
  readonly #file: string
  #aheadMs = 0

  private constructor(file: string) {
    this.#file = file
  }

  /** Before anything else is started there. */
  static async of(lab: Lab): Promise<WallClock> {
    const [file, library] = [join(lab.folder, 'clock'), join(lab.folder, 'clock.so')]
    const clock = new WallClock(file)
    clock.set(0)
    const options = ['-shared', '-fPIC', '-O1', `-DCLOCK_FILE="${file}"`, '-o', library]
    const { status, stderr } = spawnSync('cc', [...options, join(ROOT, 'test/lab/wall-clock.c')], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    // Only where /etc is the lab's own.
    const preload = `grep -q ' /etc overlay ' /proc/self/mounts && echo ${library} > /etc/ld.so.preload`
    await lab.server.must(['sh', '-c', preload])
    return clock
  }

  /** Milliseconds ahead of the machine's. */
  set(aheadMs: number): void {
    this.#aheadMs = aheadMs
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(aheadMs) * 1_000_000n)
    // In place: the programs have it mapped.
    writeFileSync(this.#file, bytes, { flag: existsSync(this.#file) ? 'r+' : 'w' })
  }

  now(): Date {
    return new Date(Date.now() + this.#aheadMs)
  }
}
