/** Where UFW's files stand. */

export interface UfwPaths {
  /** `/etc/ufw`. */
  readonly folder: string
  /** The policies, IPv6. */
  readonly defaults: string
  /** Whether it is enabled, the log level. */
  readonly conf: string
  readonly userRules: Readonly<Record<4 | 6, string>>
  readonly beforeRules: Readonly<Record<4 | 6, string>>
  readonly afterRules: Readonly<Record<4 | 6, string>>
  readonly sysctl: string
  /** A folder. */
  readonly profiles: string
  readonly services: string
  /** Ours, a folder: what the firewall was before. */
  readonly history: string
  /** Ours, a folder: what rules may name as a list. */
  readonly lists: string
  /** The guard's; undefined where files of another place than the host's are meant. */
  readonly guard: { readonly state: string; readonly socket: string } | undefined
  /** undefined: none is taken, for a world in memory. */
  readonly lock: string | undefined
}

/** @param root UFW's `--rootdir`: stands before every path but the lock's and that of the host's services */
export function ufwPaths(root = ''): UfwPaths {
  const folder = `${root}/etc/ufw`
  const rules = (name: string) => ({ 4: `${folder}/${name}.rules`, 6: `${folder}/${name}6.rules` })
  return {
    folder,
    defaults: `${root}/etc/default/ufw`,
    conf: `${folder}/ufw.conf`,
    userRules: rules('user'),
    beforeRules: rules('before'),
    afterRules: rules('after'),
    sysctl: `${folder}/sysctl.conf`,
    profiles: `${folder}/applications.d`,
    services: '/etc/services',
    history: `${root}/var/lib/rampart/firewall`,
    lists: `${root}/var/lib/rampart/lists`,
    guard: root === '' ? { state: '/var/lib/rampart', socket: '/run/rampart/rampart.sock' } : undefined,
    lock: '/run/ufw.lock',
  }
}
