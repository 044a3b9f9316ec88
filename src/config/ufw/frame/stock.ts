/**
 * What stands around the rules where a host has no before.rules and after.rules: our own text, with the verdicts that
 * UFW's files give (docs of UFW; RFC 4890 for ICMPv6). An installed UFW reads these files as well.
 */

/** @param when `before` or `after` the rules of the ufw command are asked */
export function stockFrame(when: 'before' | 'after', family: 4 | 6): string {
  const ufw = family === 4 ? 'ufw' : 'ufw6'
  const sections = when === 'before' ? (family === 4 ? before4() : before6()) : after(family)
  const chains = ['input', 'output', 'forward'].map((path) => `${ufw}-${when}-${path}`)
  const own = when === 'before' && family === 4 ? [...chains, 'ufw-not-local'] : chains
  return [
    `# Rules that are asked ${when} those of the ufw command, for IPv${family}: what iptables-restore reads.`,
    '# Your own stand best right above COMMIT; the command "ufw reload" brings them into force.',
    '*filter',
    ...own.map((name) => `:${name} - [0:0]`),
    ...sections.flatMap(({ about, rules }) => ['', `# ${about}`, ...rules.map((rule) => `-A ${ufw}-${rule}`)]),
    '',
    'COMMIT',
    '',
  ].join('\n')
}

interface Section {
  readonly about: string
  readonly rules: readonly string[]
}

const ACCEPT = '-j ACCEPT'

function before4(): Section[] {
  const icmp = (path: string) => [3, 11, 12, 8].map((type) => `before-${path} -p icmp --icmp-type ${type} ${ACCEPT}`)
  return [
    ...loopbackAndKnown([]),
    { about: 'packets of no connection that can be', rules: invalid('ufw') },
    { about: 'errors and ping, to this host and through it', rules: [...icmp('input'), ...icmp('forward')] },
    { about: 'answers of a DHCP server', rules: [`before-input -p udp --sport 67 --dport 68 ${ACCEPT}`] },
    {
      about: 'what is sent neither to this host nor to all or many',
      rules: [
        'before-input -j ufw-not-local',
        ...['LOCAL', 'MULTICAST', 'BROADCAST'].map((type) => `not-local -m addrtype --dst-type ${type} -j RETURN`),
        'not-local -m limit --limit 3/min --limit-burst 10 -j ufw-logging-deny',
        'not-local -j DROP',
      ],
    },
    {
      about: 'services that introduce themselves: mDNS, SSDP',
      rules: [
        `before-input -p udp -d 224.0.0.251 --dport 5353 ${ACCEPT}`,
        `before-input -p udp -d 239.255.255.250 --dport 1900 ${ACCEPT}`,
      ],
    },
  ]
}

function before6(): Section[] {
  const icmp = (path: string, type: number, more = '') =>
    `before-${path} -p icmpv6 --icmpv6-type ${type} ${more}${ACCEPT}`
  const both = (types: readonly number[], more: string) =>
    ['input', 'output'].flatMap((path) => types.map((type) => icmp(path, type, more)))
  const routed = ['input', 'forward', 'output'].map((path) => `before-${path} -m rt --rt-type 0 -j DROP`)
  const errors = [1, 2, 3, 4]
  return [
    ...loopbackAndKnown(routed),
    // What no connection is known for: an answer to a ping to all.
    { about: 'answers to ping', rules: ['input', 'output', 'forward'].map((path) => icmp(path, 129)) },
    { about: 'packets of no connection that can be', rules: invalid('ufw6') },
    {
      about: 'errors and ping, to this host, from it and through it (RFC 4890, 4.3.1 and 4.4.1)',
      rules: ['input', 'output', 'forward'].flatMap((path) => [...errors, 128].map((type) => icmp(path, type))),
    },
    {
      about: 'routers and neighbours, who are one hop away (RFC 4861; RFC 3122; RFC 3971)',
      rules: both([133, 134, 135, 136, 141, 142, 148, 149], '-m hl --hl-eq 255 '),
    },
    { about: 'who listens to which group (RFC 2710, RFC 3810)', rules: both([130, 131, 132, 143], '-s fe80::/10 ') },
    { about: 'routers of groups (RFC 4286)', rules: both([151, 152, 153], '-s fe80::/10 -m hl --hl-eq 1 ') },
    { about: 'mobile hosts (RFC 6275)', rules: [144, 145, 146, 147].map((type) => icmp('input', type)) },
    {
      about: 'answers of a DHCP server',
      rules: [`before-input -p udp -s fe80::/10 --sport 547 -d fe80::/10 --dport 546 ${ACCEPT}`],
    },
    {
      about: 'services that introduce themselves: mDNS, SSDP',
      rules: [
        `before-input -p udp -d ff02::fb --dport 5353 ${ACCEPT}`,
        `before-input -p udp -d ff02::f --dport 1900 ${ACCEPT}`,
      ],
    },
  ]
}

function loopbackAndKnown(between: readonly string[]): Section[] {
  return [
    { about: 'this host to itself', rules: [`before-input -i lo ${ACCEPT}`, `before-output -o lo ${ACCEPT}`] },
    ...(between.length === 0 ? [] : [{ about: 'routes that the sender prescribes (RFC 5095)', rules: between }]),
    {
      about: 'connections that were let in or made from here',
      rules: ['input', 'output', 'forward'].map(
        (path) => `before-${path} -m conntrack --ctstate RELATED,ESTABLISHED ${ACCEPT}`,
      ),
    },
  ]
}

function invalid(ufw: string): string[] {
  return [
    `before-input -m conntrack --ctstate INVALID -j ${ufw}-logging-deny`,
    'before-input -m conntrack --ctstate INVALID -j DROP',
  ]
}

function after(family: 4 | 6): Section[] {
  const ufw = family === 4 ? 'ufw' : 'ufw6'
  const skip = `-j ${ufw}-skip-to-policy-input`
  const ports = (protocol: string, of: readonly number[]) =>
    of.map((port) => `after-input -p ${protocol} --dport ${port} ${skip}`)
  const dhcp = family === 4 ? [67, 68] : [546, 547]
  const broadcasts = { about: 'what is sent to all', rules: [`after-input -m addrtype --dst-type BROADCAST ${skip}`] }
  return [
    {
      about: 'noise of neighbours that the log need not hold: NetBIOS, SMB, DHCP',
      rules: [...ports('udp', [137, 138, ...dhcp]), ...ports('tcp', [139, 445])],
    },
    ...(family === 4 ? [broadcasts] : []),
  ]
}
