/**
 * The lab: a server with a real nginx and the guard, and the outside with visitors and attackers of many addresses, in two
 * network namespaces joined by a cable. On the server /etc/nginx, /var/log/nginx, /etc/fail2ban, /etc/rampart,
 * /var/lib/rampart and /run/rampart are the lab's own, so that everything runs with the paths that users have.
 */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Guarding } from './guarding.ts'
import { Host } from './host.ts'
import { NGINX_CONF } from './nginx-conf.ts'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The server's own addresses. */
export const SERVER = '192.0.2.1'
export const SERVER6 = '2001:db8:1::1'
/** Any address of these can be an attacker's or a visitor's. */
export const ATTACKERS = '198.51.100'
export const ATTACKERS6 = '2001:db8:bad:'
export const VISITORS = '203.0.113'
export const VISITORS6 = '2001:db8:600d:'

/** Why the lab cannot be had here; undefined if it can. */
export function noLab(): string | undefined {
  if (process.getuid!() !== 0) return 'the lab needs root for its network namespaces'
  for (const program of ['nginx', 'nft', 'curl', 'ip', 'nsenter', 'openssl']) {
    const found = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(join(folder, program)))
    if (!found) return `the lab needs ${program}, which is not installed`
  }
  try {
    execFileSync('unshare', ['--net', '--mount', 'true'], { stdio: 'ignore' })
  } catch {
    return 'the kernel refuses namespaces'
  }
  if (!existsSync(join(ROOT, 'dist/main.mjs'))) return 'Rampart is not built: npm run setup'
  return undefined
}

export class Lab {
  readonly server: Host
  readonly outside: Host
  /** The lab's own files; mounted on the server. */
  readonly folder: string

  private constructor(server: Host, outside: Host, folder: string) {
    this.server = server
    this.outside = outside
    this.folder = folder
  }

  /** @param jailLocal what stands in /etc/rampart/jail.local; by default the guard chooses by what it finds */
  static async open(jailLocal?: string): Promise<Lab> {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-lab-'))
    chmodSync(folder, 0o755)
    furnish(folder, jailLocal)
    const outside = await Host.make(OUTSIDE)
    const server = await Host.make(serverScript(folder, outside.pid))
    await outside.must(['sh', '-ec', OUTSIDE_CABLE])
    return new Lab(server, outside, folder)
  }

  /** Starts nginx and waits until it answers. */
  async nginx(): Promise<void> {
    const nginx = this.server.start(['nginx', '-g', 'daemon off;'])
    nginx.stderr!.on('data', (bytes) => process.stderr.write(bytes))
    for (let i = 0; i < 100; i++) {
      if ((await this.visit(`${VISITORS}.1`, '/')) === 200) return
      await sleep(50)
    }
    throw new Error('nginx does not answer')
  }

  /** Starts the guard as a user would. */
  guard(words: readonly string[] = []): Promise<Guarding> {
    return Guarding.start(this.server, [join(ROOT, 'bin/rampart'), 'up', ...words])
  }

  /** A command of Rampart on the server. */
  rampart(...words: readonly string[]) {
    return this.server.run([join(ROOT, 'bin/rampart'), ...words])
  }

  /**
   * One request from an address outside.
   * @returns the status; 0 if there was no answer within a second (banned, say)
   */
  async visit(from: string, path: string, ...options: readonly string[]): Promise<number> {
    const statuses = await this.visits(from, path, ...options)
    return statuses[0] ?? 0
  }

  /** Requests one after the other from one address; the path may hold curl's ranges: `/probe[1-30]`. */
  async visits(from: string, path: string, ...options: readonly string[]): Promise<number[]> {
    const host = from.includes(':') ? `[${SERVER6}]` : SERVER
    const url = /^https?:/.test(path) ? path.replace('SERVER', host) : `http://${host}${path}`
    const words = [
      '--silent',
      '--insecure',
      '--output',
      '/dev/null',
      '--write-out',
      '%{http_code}\n',
      '--max-time',
      '5',
    ]
    const limits = ['--connect-timeout', '1', '--interface', from]
    const { out } = await this.outside.run(['curl', ...words, ...limits, ...options, url])
    return out.trim().split('\n').map(Number)
  }

  /** The text of a file of the lab as the server sees it, such as `log/access.log`. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }

  append(name: string, text: string | Uint8Array): void {
    appendFileSync(join(this.folder, name), text)
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.outside.close()
    rmSync(this.folder, { recursive: true })
  }
}

/** Waits until `seen` gives something; fails with `what` after `ms`. */
export async function until<T>(what: string, seen: () => T | Promise<T>, ms = 10_000): Promise<NonNullable<T>> {
  const end = Date.now() + ms
  for (;;) {
    const value = await seen()
    if (value) return value
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
    await sleep(20)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

// No waiting for duplicate addresses: there are none.
const OUTSIDE = 'sysctl -qw net.ipv6.conf.default.accept_dad=0'

/** The cable: eth0 on the server, eth0 outside. */
function serverScript(folder: string, outsidePid: number): string {
  const mounts = Object.entries(MOUNTS).map(
    ([name, path]) => `mkdir -p ${path}; mount --bind ${folder}/${name} ${path}`,
  )
  return [
    ...mounts,
    'sysctl -qw net.ipv6.conf.default.accept_dad=0',
    `ip link add eth0 type veth peer name eth0 netns ${outsidePid}`,
    'ip link set eth0 up',
    `ip address add ${SERVER}/24 dev eth0`,
    `ip address add ${SERVER6}/64 dev eth0 nodad`,
    `ip route add ${ATTACKERS}.0/24 via 192.0.2.2`,
    `ip route add ${VISITORS}.0/24 via 192.0.2.2`,
    `ip -6 route add ${ATTACKERS6}:/64 via 2001:db8:1::2`,
    `ip -6 route add ${VISITORS6}:/64 via 2001:db8:1::2`,
  ].join('; ')
}

/** Every address of these networks is the host's own outside: connections can be made from any. */
const OUTSIDE_CABLE = [
  'ip link set eth0 up',
  'ip address add 192.0.2.2/24 dev eth0',
  'ip address add 2001:db8:1::2/64 dev eth0 nodad',
  `ip route add local ${ATTACKERS}.0/24 dev lo`,
  `ip route add local ${VISITORS}.0/24 dev lo`,
  `ip -6 route add local ${ATTACKERS6}:/64 dev lo`,
  `ip -6 route add local ${VISITORS6}:/64 dev lo`,
  'sysctl -qw net.ipv6.ip_nonlocal_bind=1',
].join('\n')

/** Folders of the lab and where the server has them. */
const MOUNTS: Readonly<Record<string, string>> = {
  nginx: '/etc/nginx',
  log: '/var/log/nginx',
  fail2ban: '/etc/fail2ban',
  rampart: '/etc/rampart',
  state: '/var/lib/rampart',
  run: '/run/rampart',
}

function furnish(folder: string, jailLocal: string | undefined): void {
  for (const name of Object.keys(MOUNTS)) mkdirSync(join(folder, name))
  for (const name of ['state', 'run']) chmodSync(join(folder, name), 0o700)
  const conf = join(folder, 'nginx')
  writeFileSync(join(conf, 'nginx.conf'), NGINX_CONF)
  writeFileSync(join(conf, 'htpasswd'), `admin:{PLAIN}right\n`)
  mkdirSync(join(conf, 'www/secret'), { recursive: true })
  for (const page of ['index.html', 'secret/index.html', 'login']) writeFileSync(join(conf, 'www', page), 'hello\n')
  mkdirSync(join(conf, 'www/empty'))
  const certificate = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=lab',
  ]
  execFileSync('openssl', ['req', ...certificate, '-keyout', join(conf, 'key.pem'), '-out', join(conf, 'cert.pem')], {
    stdio: 'ignore',
  })
  // As Debian's package has them: root:adm 0640.
  for (const log of ['access.log', 'error.log']) {
    writeFileSync(join(folder, 'log', log), '', { mode: 0o640 })
    chownSync(join(folder, 'log', log), 0, ADM)
  }
  if (jailLocal !== undefined) writeFileSync(join(folder, 'rampart/jail.local'), jailLocal)
}

/** Debian's number of the group adm. */
const ADM = 4
