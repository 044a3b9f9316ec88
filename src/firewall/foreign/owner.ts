/** Whose a chain or a table of the kernel is, by the names that programs are known to use. */

export type Owner =
  | 'ufw'
  | 'docker'
  | 'podman'
  | 'libvirt'
  | 'tailscale'
  | 'firewalld'
  | 'fail2ban'
  | 'kubernetes'
  | 'crowdsec'
  | 'sshguard'
  | 'lxd'
  | 'wireguard'
  /** Rules in a built-in chain of iptables, or in a chain of nobody known. */
  | 'iptables'
  /** A table of nft of nobody known: an admin's, as a rule of /etc/nftables.conf. */
  | 'unknown'

/** @param chain as the kernel has it, or undefined: of the table alone */
export function ownerOf(family: string, table: string, chain?: string): Owner {
  const known = OWNERS.find(({ chains, tables }) => (chain !== undefined && chains?.test(chain)) || tables?.test(table))
  if (known) return known.owner
  return /^ip6?$/.test(family) && IPTABLES.has(table) ? 'iptables' : 'unknown'
}

const IPTABLES: ReadonlySet<string> = new Set(['filter', 'nat', 'mangle', 'raw', 'security'])

/** Source: what these programs document of their rules, or were seen to make. */
const OWNERS: readonly { readonly owner: Owner; readonly chains?: RegExp; readonly tables?: RegExp }[] = [
  { owner: 'ufw', chains: /^ufw6?-/ },
  { owner: 'docker', chains: /^DOCKER/, tables: /^docker-bridges$/ },
  { owner: 'podman', chains: /^(NETAVARK|CNI-)/, tables: /^netavark$/ },
  { owner: 'libvirt', chains: /^LIBVIRT_/, tables: /^libvirt_network$/ },
  { owner: 'tailscale', chains: /^ts-/, tables: /^tailscale$/ },
  { owner: 'firewalld', tables: /^firewalld$/ },
  { owner: 'fail2ban', chains: /^f2b-/, tables: /^f2b-/ },
  { owner: 'kubernetes', chains: /^(KUBE-|cali-|CILIUM_|FLANNEL-)/, tables: /^(kube-proxy|cilium)/ },
  { owner: 'crowdsec', chains: /^(CROWDSEC_CHAIN|crowdsec)/, tables: /^crowdsec/ },
  { owner: 'sshguard', chains: /^sshguard$/, tables: /^sshguard$/ },
  { owner: 'lxd', tables: /^(lxd|incus)$/ },
  { owner: 'wireguard', tables: /^wg-quick-/ },
]
