/** Other programs' chains that judge beside ours, each by name, and what it means. Pure. */
import { parseAddress } from '../../../base/address.ts'
import { Fault } from '../../../base/fault.ts'
import type { ReadUfw } from '../../../config/ufw/read-ufw.ts'
import { type Base, type Foreign, foreignChains } from '../../../firewall/foreign/foreign.ts'
import type { Owner } from '../../../firewall/foreign/owner.ts'
import { BRIDGES } from '../../../firewall/rules/containers.ts'
import { plural } from '../../print.ts'
import { type Check, type Finding, lineOf } from './finding.ts'
import type { Guarding } from './read-guarding.ts'
import { settingOf, type Wall } from './read-wall.ts'
import { judgeOf, packetOf } from './wall-checks.ts'

/** @param guarding whether a Fail2ban runs: else its chains were left behind */
export function foreignChecks(wall: Wall, { fail2ban }: Pick<Guarding, 'fail2ban'>): Check[] {
  const { kernel, ufw } = wall
  if (kernel instanceof Fault || ufw instanceof Fault) return []
  // An installed ufw is told apart.
  const foreign = foreignChains(kernel).filter(({ owner }) => owner !== 'ufw')
  return [
    {
      group: 'firewall',
      title: 'no other program drops what is allowed here',
      findings: foreign.flatMap((one) =>
        one.owner === 'fail2ban' && fail2ban === undefined ? leftBehind(one) : dropFindings(wall, ufw, one),
      ),
    },
    {
      group: 'firewall',
      title: 'what other programs accept is allowed here as well',
      findings: acceptFindings(wall, ufw, foreign),
    },
    { group: 'firewall', title: "containers' traffic is known as theirs", findings: containerFindings(wall, foreign) },
  ]
}

const LABELS: Readonly<Record<Owner, string>> = {
  ufw: 'an installed ufw',
  docker: 'Docker',
  podman: 'Podman',
  libvirt: 'libvirt',
  tailscale: 'Tailscale',
  firewalld: 'firewalld',
  fail2ban: 'Fail2ban',
  kubernetes: 'Kubernetes',
  crowdsec: 'CrowdSec',
  sshguard: 'sshguard',
  lxd: 'LXD',
  wireguard: 'wg-quick',
  iptables: 'a rule of iptables',
  unknown: 'a table of nftables',
}

function nameOf({ owner, bases: [base] }: Foreign): string {
  return owner === 'unknown' ? `table ${base?.family} ${base?.table}` : LABELS[owner]
}

const HOOKS: Readonly<Record<string, string>> = {
  input: 'what comes in',
  output: 'what goes out',
  forward: 'what is routed',
  prerouting: 'all that arrives',
  postrouting: 'all that leaves',
  ingress: 'all that arrives',
}

/** `ip filter FORWARD: priority 0, policy drop` */
function placeOf({ family, table, chain, priority, policy }: Base): string {
  return `${family} ${table} ${chain}: priority ${priority}, policy ${policy}`
}

function dropFindings(wall: Wall, ufw: ReadUfw, foreign: Foreign): Finding[] {
  const { owner, hook, bases, drops, dropsByPolicy } = foreign
  if (drops === 0 && !dropsByPolicy) return []
  const places = bases.map(placeOf).join('; ')
  const what = dropsByPolicy
    ? 'drops what its rules do not accept'
    : `has ${plural(drops, 'rule')} that drop${drops === 1 ? 's' : ''}`
  const who = nameOf(foreign)
  const message = `${who} judges ${HOOKS[hook] ?? hook} (hook ${hook}; ${places}) and ${what}: that is final, whatever ufw allows`
  const [base] = bases
  const listing = `nft list chain ${base?.family} ${base?.table} ${base?.chain}`
  const advice = adviceOf(wall, ufw, foreign) ?? { severity: 'hint', mend: `to see it: ${listing}` }
  return [{ code: `firewall.drops-${owner}`, message, ...advice }]
}

/** Nobody will ever lift these bans. */
function leftBehind({ bases }: Foreign): Finding[] {
  const own = bases.find(({ table }) => table.startsWith('f2b-'))
  const places = bases.map(placeOf).join('; ')
  const message = `a Fail2ban that is gone has left its bans in force (${places}): nobody lifts them`
  const mend = own
    ? `nft delete table ${own.family} ${own.table}`
    : 'fail2ban-client start, then stop, of the installed one; or: iptables-save | grep f2b-'
  return [{ code: 'firewall.left-fail2ban', severity: 'warning', message, mend }]
}

/** undefined: it is as it should be, and good to know. */
function adviceOf(
  { boot }: Wall,
  { state }: ReadUfw,
  { owner, hook, bases, dropsByPolicy }: Foreign,
): Pick<Finding, 'severity' | 'mend' | 'at'> | undefined {
  const closed = bases.find(({ policy }) => policy === 'drop')
  if (owner === 'firewalld') return { severity: 'warning', mend: 'systemctl disable --now firewalld' }
  if (owner === 'docker' && hook === 'forward' && dropsByPolicy && state.rules.some(({ path }) => path === 'forward')) {
    const mend = 'for what route rules let through: iptables -I DOCKER-USER -i IN -o OUT -j ACCEPT'
    return { severity: 'warning', mend }
  }
  if (!dropsByPolicy || !closed || owner === 'docker') return undefined
  if (owner === 'iptables') {
    const program = closed.family === 'ip6' ? 'ip6tables' : 'iptables'
    return { severity: 'warning', mend: `where ufw shall decide alone: ${program} -P ${closed.chain} ACCEPT` }
  }
  if (owner !== 'unknown') return undefined
  const line = lineOf(boot.nftablesConf, new RegExp(`^\\s*table\\s+${closed.family}\\s+${escaped(closed.table)}\\b`))
  const mend = 'say its rules to ufw, then take it out: nft delete table'
  return {
    ...{ severity: 'warning', mend: `${mend} ${closed.family} ${closed.table}` },
    ...(line === undefined ? {} : { at: { file: '/etc/nftables.conf', line } }),
  }
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, '\\$&')
}

/** So many sentences are told of one program; they are for a person to type. */
const MOST = 4

function acceptFindings(wall: Wall, ufw: ReadUfw, foreign: readonly Foreign[]): Finding[] {
  const judge = judgeOf(wall, ufw)
  if (!judge) return []
  return foreign.flatMap((one): Finding[] => {
    const { owner, hook, accepts, bases } = one
    if (hook !== 'input' && hook !== 'forward') return []
    const path = hook === 'input' ? 'in' : 'forward'
    const lacking = accepts.filter((opened) => {
      const isSaid = opened.inInterface ?? opened.outInterface ?? opened.ports ?? opened.from
      if (opened.isVague || isSaid === undefined) return false
      if (
        path === 'forward' &&
        [opened.inInterface, opened.outInterface].some((name) => name !== undefined && isBridge(name))
      )
        return false
      const from = parseAddress(opened.from?.split('/')[0] ?? '')
      const packet = packetOf(opened.family, {
        ...(from ? { from } : {}),
        ...{ path, protocol: opened.protocol ?? 'tcp', toPort: Number(opened.ports?.split(/[:,]/)[0] ?? 40_001) },
        ...{
          inInterface: opened.inInterface?.replace(/\+$/, '0'),
          outInterface: opened.outInterface?.replace(/\+$/, '0'),
        },
      })
      return judge(packet) !== 'accept'
    })
    const sentences = [...new Set(lacking.map((opened) => sentenceOf(path, opened)))]
    if (sentences.length === 0) return []
    const more = sentences.length > MOST ? `; and ${sentences.length - MOST} more` : ''
    const places = bases.map(placeOf).join('; ')
    const message = `${nameOf(one)} accepts ${HOOKS[hook]} (${places}) that the rules here deny: an accept there opens nothing`
    const mend = `where it is meant: ${sentences.slice(0, MOST).join('; ')}${more}`
    return [{ code: `firewall.accepts-${owner}`, severity: 'warning', message, mend }]
  })
}

function sentenceOf(
  path: 'in' | 'forward',
  { inInterface, outInterface, protocol, ports, from }: Foreign['accepts'][number],
): string {
  const on = [inInterface && `in on ${inInterface}`, outInterface && path === 'forward' && `out on ${outInterface}`]
  if (path === 'in' && !inInterface && from === undefined && ports !== undefined && protocol)
    return `ufw allow ${ports}/${protocol}`
  const needsProtocol = protocol !== undefined && (ports !== undefined || from !== undefined || on.some(Boolean))
  const words = [
    path === 'forward' && 'route',
    'allow',
    ...on,
    needsProtocol && `proto ${protocol}`,
    (from !== undefined || (ports !== undefined && on.some(Boolean))) && `from ${from ?? 'any'}`,
    ports !== undefined && `to any port ${ports}`,
  ]
  return `ufw ${words.filter(Boolean).join(' ')}`
}

const BEGINNINGS = (BRIDGES.elements ?? []).map((element) => element.replace(/["*]/g, ''))

function isBridge(name: string): boolean {
  return BEGINNINGS.some((beginning) => name.startsWith(beginning))
}

function containerFindings(wall: Wall, foreign: readonly Foreign[]): Finding[] {
  const engine = foreign.find(({ owner, hook }) => hook === 'forward' && (owner === 'docker' || owner === 'podman'))
  if (!engine || settingOf(wall, 'rampart_containers') !== 'no') return []
  const line = lineOf(wall.defaults, /^\s*RAMPART_CONTAINERS=/i) ?? 1
  const message = `RAMPART_CONTAINERS=no: what ${LABELS[engine.owner]} forwards for its containers needs route rules here`
  const mend = 'RAMPART_CONTAINERS=yes; then ufw reload'
  return [{ code: 'firewall.containers', severity: 'hint', message, mend, at: { file: wall.paths.defaults, line } }]
}
