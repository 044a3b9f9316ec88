/**
 * The lab: a server with a real nginx and the guard, and the outside with visitors and attackers of many addresses, in two
 * network namespaces joined by a cable. On the server /etc/nginx, /etc/fail2ban, /etc/rampart, /etc/resolv.conf, /var/log,
 * /var/lib/rampart and /run are the lab's own, so that everything runs with the paths that users have, and nothing that
 * happens on the machine (its journal, its sessions) is seen.
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
import type { JailDetails, Status } from '../../src/engine/status.ts'
import { Connection } from './connection.ts'
import { Guarding } from './guarding.ts'
import { Host } from './host.ts'
import { NGINX_CONF } from './nginx-conf.ts'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The server's own addresses. */
export const SERVER = '192.0.2.1'
export const SERVER6 = '2001:db8:1::1'
/** Any address of these can be an attacker's or a visitor's. */
export const ATTACKERS = '198.51.100'
/** A /48: those of one customer are in one /64 of it. */
export const ATTACKERS6 = '2001:db8:bad:'
export const VISITORS = '203.0.113'
export const VISITORS6 = '2001:db8:600d:'
/** What the server's resolv.conf names, among the attackers' addresses: a spoofer would like to have it banned. */
export const RESOLVER = '198.51.100.253'
/** The server's way out, for both families. */
export const GATEWAY = '192.0.2.2'
export const GATEWAY6 = '2001:db8:1::2'

/** Why the lab cannot be had here; undefined if it can. */
export function noLab(): string | undefined {
  if (process.getuid!() !== 0) return 'the lab needs root for its network namespaces'
  for (const program of ['nginx', 'nft', 'curl', 'ip', 'nsenter', 'setpriv', 'openssl']) {
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

/** As `nft -j` prints an element of a set: bare, or with its time. */
type Element = string | { readonly elem: { readonly val: string } }

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
    const hosts: Host[] = []
    try {
      furnish(folder, jailLocal)
      const outside = await Host.make(OUTSIDE)
      hosts.push(outside)
      const server = await Host.make(serverScript(folder, outside.pid))
      hosts.push(server)
      await outside.must(['sh', '-ec', OUTSIDE_CABLE])
      return new Lab(server, outside, folder)
    } catch (problem) {
      for (const host of hosts) await host.close()
      rmSync(folder, { recursive: true })
      throw problem
    }
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

  /** One request from each address, all by one program and many at once: cheaper than `visit` for a crowd. */
  async crowd(visits: readonly { readonly from: string; readonly path: string }[]): Promise<Map<string, number>> {
    const host = visits[0]?.from.includes(':') ? SERVER6 : SERVER
    const input = visits.map(({ from, path }) => `${from} ${path}\n`).join('')
    const out = await this.outside.must([process.execPath, join(ROOT, 'test/lab/crowd.ts'), host], input)
    const rows = out.trim().split('\n')
    return new Map(
      rows.map((row) => row.split(' ') as [string, string]).map(([from, status]) => [from, Number(status)]),
    )
  }

  /** A connection of raw bytes from an address outside. */
  connect(from: string, port = 80): Connection {
    const host = from.includes(':') ? SERVER6 : SERVER
    const argv = [process.execPath, join(ROOT, 'test/lab/netcat.ts'), from, host, String(port)]
    return new Connection(this.outside.start(argv))
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.server.must([join(ROOT, 'bin/rampart'), 'status', '--json'])) as Status
  }

  async jail(name: string): Promise<JailDetails> {
    return JSON.parse(await this.server.must([join(ROOT, 'bin/rampart'), 'status', name, '--json'])) as JailDetails
  }

  /** Waits until the guard has opened the logs of these jails: what is renamed or deleted before that is nobody's. */
  async reading(names: readonly string[]): Promise<void> {
    await until(`the logs of ${names.join()} read`, async () => {
      const { jails } = await this.status()
      const read = jails.filter(({ logs }) => logs.some(({ state }) => state === 'reading'))
      return names.every((name) => read.some((jail) => jail.name === name))
    })
  }

  /** The addresses that the kernel drops now, as nft lists them; empty where there is no table. */
  async inKernel(): Promise<string[]> {
    const { out } = await this.server.run(['nft', '-j', 'list', 'table', 'inet', 'rampart_bans'])
    if (out === '') return []
    const { nftables } = JSON.parse(out) as { nftables: { set?: { name: string; type: string; elem?: Element[] } }[] }
    const sets = nftables.flatMap(({ set }) => (set?.type.endsWith('_addr') ? [set] : []))
    return sets.flatMap(({ elem = [] }) => elem.map((one) => (typeof one === 'string' ? one : one.elem.val)))
  }

  /** The text of a file of the lab as the server sees it, such as `log/access.log`. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }

  append(name: string, text: string | Uint8Array): void {
    appendFileSync(join(this.folder, name), text)
  }

  write(name: string, text: string | Uint8Array, mode = 0o644): void {
    writeFileSync(join(this.folder, name), text, { mode })
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
    ...OWN_FOLDERS,
    ...mounts,
    `mount --bind ${folder}/resolv.conf /etc/resolv.conf`,
    'mkdir -p /run/sshd',
    'sysctl -qw net.ipv6.conf.default.accept_dad=0',
    `ip link add eth0 type veth peer name eth0 netns ${outsidePid}`,
    'ip link set eth0 up',
    `ip address add ${SERVER}/24 dev eth0`,
    `ip address add ${SERVER6}/64 dev eth0 nodad`,
    `ip route add ${ATTACKERS}.0/24 via ${GATEWAY}`,
    `ip route add ${VISITORS}.0/24 via ${GATEWAY}`,
    `ip -6 route add ${ATTACKERS6}:/48 via ${GATEWAY6}`,
    `ip -6 route add ${VISITORS6}:/64 via ${GATEWAY6}`,
  ].join('; ')
}

/** Folders made below /etc and /var/lib stay in the lab, where the kernel can lay a file system over another. */
const OWN_FOLDERS = [
  'mount -t tmpfs tmpfs /run',
  'for d in /etc /var/lib; do mkdir -p /run/over$d/up /run/over$d/work',
  'mount -t overlay overlay -o lowerdir=$d,upperdir=/run/over$d/up,workdir=/run/over$d/work $d 2>/dev/null || true; done',
]

/** Every address of these networks is the host's own outside: connections can be made from any. */
const OUTSIDE_CABLE = [
  'ip link set eth0 up',
  `ip address add ${GATEWAY}/24 dev eth0`,
  `ip address add ${GATEWAY6}/64 dev eth0 nodad`,
  `ip route add local ${ATTACKERS}.0/24 dev lo`,
  `ip route add local ${VISITORS}.0/24 dev lo`,
  `ip -6 route add local ${ATTACKERS6}:/48 dev lo`,
  `ip -6 route add local ${VISITORS6}:/64 dev lo`,
  'sysctl -qw net.ipv6.ip_nonlocal_bind=1',
].join('\n')

/** Folders of the lab and where the server has them. */
const MOUNTS: Readonly<Record<string, string>> = {
  nginx: '/etc/nginx',
  syslog: '/var/log',
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
  // As Debian's packages have them: root:adm 0640.
  for (const log of ['log/access.log', 'log/error.log', 'syslog/auth.log', 'syslog/ufw.log']) {
    writeFileSync(join(folder, log), '', { mode: 0o640 })
    chownSync(join(folder, log), 0, ADM)
  }
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${RESOLVER}\n`)
  if (jailLocal !== undefined) writeFileSync(join(folder, 'rampart/jail.local'), jailLocal)
}

/** Debian's number of the group adm. */
const ADM = 4
