/** What is measured: Rampart's ufw or the installed one, on a host of its own with files of its own, and a host outside. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseNetwork } from '../../src/base/address.ts'
import { STOCK_STATE } from '../../src/config/ufw/stock.ts'
import { printUserRules } from '../../src/config/ufw/user-rules.ts'
import { ANYWHERE, type Rule } from '../../src/firewall/rules/rule.ts'
import { Host } from '../../test/lab/host.ts'
import { ROOT } from '../../test/lab/lab.ts'

export interface Firewall {
  readonly name: 'rampart' | 'ufw'
  readonly program: string
  /** Where the firewall stands. */
  readonly host: Host
  readonly outside: Host
  close(): Promise<void>
}

/** Source: RFC 5737. */
export const INSIDE = '192.0.2.1'
export const OUTSIDE = '192.0.2.2'
/** Of udp: what is always allowed, what a rule denies, what no rule names. */
export const PORTS = { allowed: 1000, denied: 1001, unnamed: 1002 } as const

const INSTALLED = '/usr/sbin/ufw'

/** Both, or ours alone where no ufw is installed. */
export function firewalls(): readonly Firewall['name'][] {
  return existsSync(INSTALLED) ? ['rampart', 'ufw'] : ['rampart']
}

/** @param denies how many rules there are that deny one address each, none of them one that sends here */
export async function openFirewall(name: Firewall['name'], denies: number): Promise<Firewall> {
  const folder = mkdtempSync(join(tmpdir(), `rampart-bench-${name}-`))
  const hosts: Host[] = []
  const close = async () => {
    for (const host of hosts) await host.close()
    rmSync(folder, { recursive: true })
  }
  try {
    furnish(folder, denies)
    const outside = await Host.make('true')
    hosts.push(outside)
    const host = await Host.make(`
      mount --bind ${folder}/ufw /etc/ufw; mount --bind ${folder}/default /etc/default
      mkdir -p /var/lib/rampart; mount --bind ${folder}/history /var/lib/rampart
      mount -t tmpfs -o mode=755 tmpfs /run
      ip link add out type veth peer name in netns ${outside.pid}
      ip addr add ${INSIDE}/24 dev out; ip link set out up
      sysctl -qw net.ipv4.icmp_ratelimit=0`)
    hosts.push(host)
    await outside.must(['sh', '-ec', `ip addr add ${OUTSIDE}/24 dev in; ip link set in up`])
    const program = name === 'rampart' ? join(ROOT, 'bin/ufw') : INSTALLED
    const firewall = { name, program, host, outside, close }
    await say(firewall, '--force', 'enable')
    return firewall
  } catch (problem) {
    await close()
    throw problem
  }
}

/** Opens, measures, and closes whatever happens. */
export async function walled<T>(
  name: Firewall['name'],
  denies: number,
  measure: (firewall: Firewall) => Promise<T>,
): Promise<T> {
  const firewall = await openFirewall(name, denies)
  try {
    return await measure(firewall)
  } finally {
    await firewall.close()
  }
}

export function say({ host, program }: Firewall, ...words: readonly string[]): Promise<string> {
  return host.must([program, ...words])
}

/** The same files for both: ours prints the bytes that UFW would write. */
function furnish(folder: string, denies: number): void {
  const hasUfw = existsSync('/etc/ufw')
  if (hasUfw) cpSync('/etc/ufw', join(folder, 'ufw'), { recursive: true })
  else mkdirSync(join(folder, 'ufw'))
  mkdirSync(join(folder, 'default'))
  mkdirSync(join(folder, 'history'))
  if (existsSync('/etc/default/ufw')) cpSync('/etc/default/ufw', join(folder, 'default/ufw'))
  const rules = [
    ...Array.from({ length: denies }, (_, at) => rule({ action: 'deny', from: only(address(at)) })),
    rule({ protocol: 'udp', to: port(PORTS.allowed) }),
    rule({ action: 'deny', protocol: 'udp', to: port(PORTS.denied) }),
  ]
  for (const [family, file] of [
    [4, 'user.rules'],
    [6, 'user6.rules'],
  ] as const) {
    writeFileSync(join(folder, 'ufw', file), printUserRules({ ...STOCK_STATE, rules }, family), { mode: 0o640 })
  }
}

function rule(differs: Partial<Rule>): Rule {
  return {
    family: 4,
    action: 'allow',
    path: 'in',
    inInterface: undefined,
    outInterface: undefined,
    log: 'none',
    protocol: 'any',
    from: ANYWHERE,
    to: ANYWHERE,
    comment: undefined,
    ...differs,
  }
}

/** Each another one of 10.0.0.0/8. */
export function address(at: number): string {
  return `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`
}

function only(text: string) {
  return { ...ANYWHERE, network: parseNetwork(text) }
}

function port(number: number) {
  return { ...ANYWHERE, ports: String(number) }
}
