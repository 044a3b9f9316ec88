/** The installed Fail2ban's server, in a network of its own, with jails whose actions write down how they are called. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../lab/lab.ts'

/** Why it cannot be asked here; undefined if it can. */
export function noFail2ban(): string | undefined {
  if (process.getuid!() !== 0) return 'a namespace of its own needs root'
  if (!existsSync('/usr/bin/fail2ban-server')) return 'fail2ban is not installed'
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? undefined : 'the kernel refuses namespaces'
}

export interface Jail {
  readonly name: string
  /** What stands in its section beside the usual. */
  readonly options?: string
  /** Its action's file; `ACT` is the program that writes down its words, and fails where it is told to. */
  readonly action: string
}

/** One folder of configuration that both programs read. */
export class Beside {
  readonly folder: string
  #server: ChildProcess | undefined
  #client: ChildProcess | undefined

  constructor(folder: string, jails: readonly Jail[]) {
    this.folder = folder
    for (const name of ['filter.d', 'action.d', 'jails', 'run']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'act'), ACT, { mode: 0o755 })
    writeFileSync(join(folder, 'fail2ban.conf'), serverConf(folder))
    writeFileSync(join(folder, 'filter.d/probes.conf'), FILTER)
    const sections = jails.map(({ name, options = '' }) => jailConf(folder, name, options))
    writeFileSync(join(folder, 'jail.conf'), sections.join('\n'))
    for (const { name, action } of jails) {
      mkdirSync(join(folder, 'jails', name))
      writeFileSync(join(folder, 'jails', name, 'log'), '')
      const text = action.replaceAll('ACT', `${folder}/act ${folder}/jails/${name}`)
      writeFileSync(join(folder, `action.d/${name}.conf`), text)
    }
  }

  async start(): Promise<void> {
    const script = 'ip link set lo up; exec fail2ban-server -c "$1" -f start'
    // As a service manager has it: nothing of the tester's shell.
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' }
    this.#server = spawn('unshare', ['--net', 'sh', '-c', script, 'sh', this.folder], {
      stdio: 'ignore',
      env,
      cwd: '/',
    })
    await until('Fail2ban answers', () => this.ask('ping').includes('pong'), 20_000)
  }

  /** A command of many: one client takes them all, since each costs a fifth of a second to start. */
  tell(command: string): void {
    this.#client ??= spawn('fail2ban-client', ['-c', this.folder, '-i'], { stdio: ['pipe', 'ignore', 'ignore'] })
    this.#client.stdin!.write(`${command}\n`)
  }

  ask(...words: readonly string[]): string {
    return spawnSync('fail2ban-client', ['-c', this.folder, ...words], { encoding: 'utf8' }).stdout
  }

  async stop(): Promise<void> {
    this.#client?.kill()
    this.ask('stop')
    const server = this.#server
    if (server) await until('Fail2ban ends', () => server.exitCode !== null || server.signalCode !== null, 20_000)
  }

  kill(): void {
    this.#client?.kill()
    this.#server?.kill('SIGKILL')
  }

  /** Lets one command fail: always, or so many times. */
  fail(jail: string, command: string, times?: number): void {
    writeFileSync(join(this.folder, 'jails', jail, `fail-${command}`), times === undefined ? '' : `${times}\n`)
  }

  log(jail: string, text: string | Uint8Array): void {
    writeFileSync(join(this.folder, 'jails', jail, 'log'), text, { flag: 'a' })
  }

  /** What the jail's actions have run since it was last taken. */
  look(jail: string): string[] {
    const path = join(this.folder, 'jails', jail, 'ran')
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  }

  take(jail: string): string[] {
    const lines = this.look(jail)
    writeFileSync(join(this.folder, 'jails', jail, 'ran'), '')
    return lines
  }
}

const ACT = `#!/bin/sh
jail=$1; shift
echo "$*" >> $jail/ran
fail=$jail/fail-$1
[ -e $fail ] || exit 0
left=
read left < $fail
[ -z "$left" ] || if [ $left -le 1 ]; then rm $fail; else echo $((left - 1)) > $fail; fi
exit 1
`

const FILTER = `[Definition]
failregex = ^\\s*FAIL user=<F-USER>.*</F-USER> extra=<F-EXTRA>\\S*</F-EXTRA> from <HOST>\\s*$
datepattern = ^EPOCH
`

function serverConf(folder: string): string {
  return `[Definition]
loglevel = INFO
logtarget = ${folder}/run/log
socket = ${folder}/run/socket
pidfile = ${folder}/run/pid
dbfile = ${folder}/run/db
dbpurgeage = 1d
syslogsocket = auto
allowipv6 = yes
`
}

function jailConf(folder: string, name: string, options: string): string {
  return `[${name}]
enabled = true
backend = polling
filter = probes
logpath = ${folder}/jails/${name}/log
maxretry = 2
findtime = 600
bantime = 600
${options.includes('action') ? '' : `action = ${name}`}
${options}
`
}
