/** A host with the published set-up: its files, its programs, what its admin says to them, and who attacks it. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Done } from '../../lab/host.ts'
import { REFUSED_PORT } from '../../lab/kernel-log.ts'
import { Lab, ROOT, until } from '../../lab/lab.ts'
import { guessPasswords } from '../../lab/sshd.ts'
import { customConf, FILTERS, LOOP, UFW_WORDS } from './files.ts'

const LOG = 'syslog/fail2ban.log'
/** Of a slow machine: an attack, and what follows from it; the firewall's log has three lines a minute after the first ten. */
const ATTACK_MS = 180_000
const AGAIN_MS = 5000

interface Finding {
  readonly code: string
  readonly severity: string
  readonly message: string
}

export class PublishedHost {
  readonly lab: Lab
  /** What the kernel has logged. */
  readonly kernel: string[] = []

  private constructor(lab: Lab) {
    this.lab = lab
  }

  /**
   * Neither firewall nor guard is on.
   * @param ignored who is never banned
   * @param from what stands in /etc/fail2ban beside the admin's files; else nothing does
   */
  static async open(ignored: readonly string[], from?: string): Promise<PublishedHost> {
    const lab = await Lab.open()
    await lab.server.must(['sh', '-ec', OWN_ETC])
    if (from !== undefined) cpSync(from, join(lab.folder, 'fail2ban'), { recursive: true })
    for (const folder of ['jail.d', 'filter.d']) mkdirSync(join(lab.folder, 'fail2ban', folder), { recursive: true })
    lab.write('fail2ban/jail.d/custom.conf', customConf(ignored))
    for (const [name, text] of Object.entries(FILTERS)) lab.write(`fail2ban/filter.d/${name}.conf`, text)
    const host = new PublishedHost(lab)
    // As nginx is installed: its log at the level where no word says another.
    host.change('nginx/nginx.conf', 'error.log info;', 'error.log;')
    return host
  }

  change(name: string, from: string, to: string): void {
    const path = join(this.lab.folder, name)
    const text = readFileSync(path, 'utf8')
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`)
    writeFileSync(path, text.replace(from, to))
  }

  remove(name: string): void {
    rmSync(join(this.lab.folder, name))
  }

  fail2ban(...words: readonly string[]): Promise<Done> {
    return this.lab.server.run([join(ROOT, 'bin/fail2ban-client'), ...words])
  }

  /** What the doctor says of a jail: codes and messages of all but hints. */
  async doctor(jail: string): Promise<string[]> {
    const { findings } = JSON.parse((await this.lab.rampart('doctor', '--json')).out) as { findings: Finding[] }
    const said = findings.filter(({ message, severity }) => severity !== 'hint' && message.startsWith(`jail ${jail}`))
    return said.map(({ code, message }) => `${code} ${message}`)
  }

  ufw(words: string): Promise<Done> {
    return this.lab.server.run([join(ROOT, 'bin/ufw'), ...words.split(' ')])
  }

  /** @throws Error with what was said if one fails */
  async raiseFirewall(): Promise<void> {
    for (const words of UFW_WORDS) await this.lab.server.must([join(ROOT, 'bin/ufw'), ...words.split(' ')])
  }

  /** Lines of `ufw status`, without columns. */
  async rules(): Promise<string[]> {
    const lines = (await this.ufw('status')).out.split('\n').filter((line) => /ALLOW|REJECT/.test(line))
    return lines.map((line) => line.replace(/ +/g, ' ').trim())
  }

  /** What the published loop prints: whom each jail bans, sorted. @param folder of the fail2ban-client that it calls */
  async loop(folder = join(ROOT, 'bin')): Promise<Readonly<Record<string, readonly string[]>>> {
    const out = await this.lab.server.must(['env', `PATH=${folder}:/usr/sbin:/usr/bin:/sbin:/bin`, 'sh', '-c', LOOP])
    const rows = [...out.matchAll(/^(.+?):\t(.*)$/gm)]
    return Object.fromEntries(rows.map(([, jail, list]) => [jail!, list!.split(' ').filter(Boolean).sort()]))
  }

  /** Attacks, again if need be, until the guard's log says that this jail bans it. */
  async attack(jail: string, from: string): Promise<void> {
    const isBanned = () => this.lab.read(LOG).includes(`[${jail}] Ban ${from}\n`)
    await until(
      `${from} banned by ${jail}`,
      async () => {
        await this.try(jail, from)
        return until('the ban', isBanned, AGAIN_MS).catch(() => false)
      },
      ATTACK_MS,
    )
  }

  /** What this jail is there for, once. */
  try(jail: string, from: string): Promise<unknown> {
    const { lab } = this
    switch (jail) {
      case 'sshd':
        return guessPasswords(lab, from, 3)
      case 'nginx-4xx':
        return lab.visits(from, '/page[1-8]')
      case 'nginx-http-auth':
        return lab.visits(from, '/secret/?[1-3]', '--user', 'admin:guess')
      case 'nginx-botsearch':
        return lab.visits(from, '/wp-login.php?[1-3]')
      case 'nginx-forbidden':
        return lab.visits(from, '/forbidden/[1-3]')
      case 'nginx-sslerror':
        // RSA alone, which the server's certificate cannot do.
        return lab.visits(from, 'https://SERVER/?[1-3]', '--tls-max', '1.2', '--ciphers', 'AES128-GCM-SHA256')
      case 'ufw':
        return this.#knock(from)
      default:
        throw new Error(`no attack for ${jail}`)
    }
  }

  /** Three connections that the firewall refuses; each no longer than until that is logged, which has a limit. */
  async #knock(from: string): Promise<void> {
    const logged = () => this.kernel.filter((line) => line.includes(` SRC=${from} `)).length
    for (let i = 0; i < 3; i++) {
      const before = logged()
      const connection = this.lab.connect(from, REFUSED_PORT)
      await until('its line', () => logged() > before || connection.isOver, 3000).catch(() => {})
      await connection.close()
    }
  }
}

/** The files that ufw writes; none of them is the machine's. */
const OWN_ETC = `
mkdir -p /etc/ufw/applications.d
for d in /etc/ufw /etc/default; do mkdir -p /run/own$d; mount --bind /run/own$d $d; done`
