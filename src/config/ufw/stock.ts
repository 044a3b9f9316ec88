/** What a host without UFW's files begins with: our own text, with the settings of a fresh UFW. */
import { stockFrame } from './frame/stock.ts'
import type { UfwPaths } from './paths.ts'
import type { UfwState } from './state.ts'

/** Rules are nobody's business but root's. */
export const RULES_MODE = 0o640

export const STOCK_STATE: UfwState = {
  enabled: false,
  logging: 'low',
  ipv6: true,
  policies: { in: 'drop', out: 'accept', forward: 'drop' },
  profilePolicy: 'skip',
  rules: [],
}

/** The files that hold no rules, and before.rules and after.rules, by path. */
export function stockFiles(paths: UfwPaths): ReadonlyMap<string, string> {
  return new Map([
    [paths.defaults, DEFAULTS],
    [paths.conf, CONF],
    ...([4, 6] as const).flatMap((family) => [
      [paths.beforeRules[family], stockFrame('before', family)] as const,
      [paths.afterRules[family], stockFrame('after', family)] as const,
    ]),
  ])
}

const DEFAULTS = `# Settings of the firewall. The ufw command changes them; the shell and ufw read them.

# Whether IPv6 is filtered by rules: yes, or no: then nothing of it passes but what stays on this host.
IPV6=yes

# What becomes of packets that no rule decides: ACCEPT, DROP or REJECT.
DEFAULT_INPUT_POLICY="DROP"
DEFAULT_OUTPUT_POLICY="ACCEPT"
DEFAULT_FORWARD_POLICY="DROP"

# What becomes of a profile that "ufw app update --add-new" meets: ACCEPT, DROP, REJECT or SKIP.
DEFAULT_APPLICATION_POLICY="SKIP"

# Only for the original ufw.
MANAGE_BUILTINS=no
IPT_SYSCTL=/etc/ufw/sysctl.conf
IPT_MODULES=""
`

const CONF = `# Whether the firewall is loaded at boot, and what it logs. Change them by the ufw command.
ENABLED=no
LOGLEVEL=low
`
