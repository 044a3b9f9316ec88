/**
 * A Debian of its own in a folder, booted by its own systemd in namespaces: what a package's scripts and units do shows on it
 * as on a host. Nothing of this machine is seen from there but its kernel.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Why there can be none here; undefined if it can. */
export function noMachine(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root'
  if (spawnSync('mmdebstrap', ['--version']).error) return 'mmdebstrap is not installed'
  return undefined
}

/** As its first process leaves it: folders of the kernel mounted, no way out, systemd. */
const BOOT = `
set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/dev"
for device in null zero full random urandom tty kmsg; do
  touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts" -o newinstance
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
touch "$root/dev/console"
ip link set lo up
cd "$root"
pivot_root . mnt
umount -l mnt
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /lib/systemd/systemd --log-target=console
`
const BOOT_MS = 60_000
const MOST_MS = 120_000

export class Machine {
  readonly #folder: string
  readonly #unshare: ChildProcess
  readonly #pid: number

  private constructor(folder: string, unshare: ChildProcess, pid: number) {
    this.#folder = folder
    this.#unshare = unshare
    this.#pid = pid
  }

  /** @param packages of Debian, whose files stay in its cache @throws Error with what was said if it does not come up */
  static async boot(packages: readonly string[]): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-machine-'))
    const root = join(folder, 'root')
    const words = ['--variant=minbase', `--include=${packages.join(',')}`, '--skip=cleanup/apt']
    execFileSync('mmdebstrap', ['--quiet', ...words, 'bookworm', root, 'http://deb.debian.org/debian'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 5 * MOST_MS,
    })
    writeFileSync(join(folder, 'boot'), BOOT)
    const inside = ['--mount', '--net', '--pid', '--fork', '--cgroup', '--kill-child=SIGKILL']
    const unshare = spawn('setpriv', ['--pdeathsig=KILL', 'unshare', ...inside, 'sh', join(folder, 'boot'), root], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const wrong: Buffer[] = []
    unshare.stderr.on('data', (bytes) => wrong.push(bytes))
    const until = Date.now() + BOOT_MS
    for (;;) {
      const pid = childOf(unshare.pid!)
      const machine = pid === undefined ? undefined : new Machine(folder, unshare, pid)
      if (machine && /^(running|degraded)/.test((await machine.run('systemctl', 'is-system-running')).out))
        return machine
      if (unshare.exitCode !== null || Date.now() > until) {
        unshare.kill('SIGKILL')
        rmSync(folder, { recursive: true })
        throw new Error(`systemd does not come up: ${Buffer.concat(wrong)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }

  run(...words: readonly string[]): Promise<Said> {
    const enter = ['--target', String(this.#pid), '--mount', '--net', '--pid', '--cgroup', '--root', '--wdns=/']
    const child = spawn('nsenter', [...enter, '--', 'env', '-i', ...ENVIRONMENT, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: MOST_MS,
    })
    return said(child)
  }

  /** @throws Error with what was said if it fails */
  async must(...words: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run(...words)
    if (code !== 0) throw new Error(`${words.join(' ')}: ${code}\n${out}\n${err}`)
    return out
  }

  /** Copies a file of this machine there. @returns its path */
  put(file: string): string {
    const path = `/root/${basename(file)}`
    copyFileSync(file, join(this.#folder, 'root', path))
    return path
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.#folder, 'root', path, '..'), { recursive: true })
    writeFileSync(join(this.#folder, 'root', path), text)
  }

  /** Of a folder that is on its disk. */
  names(path: string): readonly string[] {
    const folder = join(this.#folder, 'root', path)
    return existsSync(folder) ? readdirSync(folder).sort() : []
  }

  async close(): Promise<void> {
    process.kill(this.#pid, 'SIGKILL')
    if (this.#unshare.exitCode === null) await once(this.#unshare, 'exit')
    rmSync(this.#folder, { recursive: true })
  }
}

const ENVIRONMENT = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8']

/** The first process of the namespace, as it is called outside. */
function childOf(pid: number): number | undefined {
  try {
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
    return child > 0 && readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'systemd' ? child : undefined
  } catch {
    return undefined
  }
}

async function said(child: ChildProcess): Promise<Said> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout!.on('data', (bytes) => out.push(bytes))
  child.stderr!.on('data', (bytes) => err.push(bytes))
  const [code] = await once(child, 'close')
  return { code: code ?? 128, out: String(Buffer.concat(out)), err: String(Buffer.concat(err)) }
}
