/** What this host must reach while UFW refuses what goes out. Rule: `lint.outgoing-blocked`. */
import type { World } from '../../world/world.ts'
import type { JailSettings } from '../settings.ts'
import type { Finding } from './finding.ts'

/** Reads UFW's files; nothing is found where UFW is off or lets everything out. */
export function outgoingRule(world: World, jails: readonly JailSettings[]): readonly Finding[] {
  const defaults = '/etc/default/ufw'
  const line = lineOf(world, defaults, /^\s*DEFAULT_OUTPUT_POLICY\s*=\s*"?(DROP|REJECT)/i)
  if (line === undefined || /^\s*ENABLED\s*=\s*"?no/im.test(textOf(world, '/etc/ufw/ufw.conf'))) return []
  const allowed = ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'].flatMap((file) => outgoing(textOf(world, file)))
  return needs(world, jails)
    .filter((need) => !need.any.some(({ port, protocol }) => allowed.some((rule) => rule.allows(port, protocol))))
    .map((need) => ({
      code: 'lint.outgoing-blocked',
      severity: 'warning',
      at: { file: defaults, line },
      message: `UFW lets nothing out that no rule allows, and none allows ${need.what}`,
      why: need.why,
      write: need.write,
    }))
}

type Protocol = 'tcp' | 'udp'

interface Allowed {
  allows(port: number, protocol: Protocol): boolean
}

/**
 * `### tuple ### ACTION PROTOCOL PORTS TO PORTS FROM DIRECTION`, as UFW keeps its rules. A rule for some addresses alone
 * counts too: the admin knows which.
 */
function outgoing(text: string): readonly Allowed[] {
  return [...text.matchAll(/^### tuple ### (allow|limit)\S* (\S+) (\S+) \S+ (\S+) \S+ (?:\S+ \S+ )?out/gm)].map(
    ([, , protocol, ports]) => ({
      allows: (port, wanted) =>
        (protocol === 'any' || protocol === wanted) &&
        (ports === 'any' || ports!.split(',').some((range) => isWithin(range, port))),
    }),
  )
}

function isWithin(range: string, port: number): boolean {
  const [from, to = from] = range.split(':').map(Number)
  return port >= from! && port <= to!
}

interface Need {
  readonly what: string
  readonly why: string
  /** One of these is enough. */
  readonly any: readonly { readonly port: number; readonly protocol: Protocol }[]
  readonly write: string
}

function needs(world: World, jails: readonly JailSettings[]): readonly Need[] {
  const scripts = jails.flatMap(({ name, actions }) =>
    actions.map(({ action, commands }) => ({ name, action, text: Object.values(commands.inet4).join('\n') })),
  )
  const mailing = scripts.find(
    ({ action, text }) => /mail|smtp/.test(action) || /\b(sendmail|mail|mailx|msmtp)\b/.test(text),
  )
  const calling = scripts.find(({ text }) => /\b(curl|wget)\b|https?:\/\//.test(text))
  const hasMail = isThere(world, '/etc/postfix/main.cf', '/etc/exim4/exim4.conf.template', '/etc/msmtprc')
  const hasPackages = isThere(world, '/etc/apt/sources.list', '/etc/apt/sources.list.d', '/etc/yum.repos.d')
  return [
    ...ALWAYS,
    ...(hasPackages ? [PACKAGES] : []),
    ...(mailing || hasMail ? [mailNeed(mailing)] : []),
    ...(calling ? [callNeed(calling)] : []),
  ]
}

const ALWAYS: readonly Need[] = [
  {
    what: 'DNS over UDP (53/udp)',
    why: 'No name is found any more: no updates, no certificates, no mail.',
    any: [{ port: 53, protocol: 'udp' }],
    write: 'ufw allow out 53/udp',
  },
  {
    what: 'DNS over TCP (53/tcp)',
    why: 'Answers too long for UDP (DNSSEC, many addresses) are asked for again by TCP and never come.',
    any: [{ port: 53, protocol: 'tcp' }],
    write: 'ufw allow out 53/tcp',
  },
  {
    what: 'the time (123/udp)',
    why: 'The clock drifts; certificates, logs and ban times go by it.',
    any: [{ port: 123, protocol: 'udp' }],
    write: 'ufw allow out 123/udp',
  },
]

const PACKAGES: Need = {
  what: 'the package servers (80/tcp or 443/tcp)',
  why: 'Security updates do not arrive.',
  any: [80, 443].map((port) => ({ port, protocol: 'tcp' })),
  write: 'ufw allow out 80,443/tcp',
}

interface Script {
  readonly name: string
  readonly action: string
}

function mailNeed(script: Script | undefined): Need {
  return {
    what: 'mail (25/tcp, 465/tcp or 587/tcp)',
    why: script ? `The action ${script.action} of jail ${script.name} sends mail.` : 'This host has a mail program.',
    any: [25, 465, 587].map((port) => ({ port, protocol: 'tcp' })),
    write: 'ufw allow out 587/tcp',
  }
}

function callNeed({ name, action }: Script): Need {
  return {
    what: 'HTTPS (443/tcp)',
    why: `The action ${action} of jail ${name} calls a server.`,
    any: [{ port: 443, protocol: 'tcp' }],
    write: 'ufw allow out 443/tcp',
  }
}

function isThere({ files }: World, ...paths: readonly string[]): boolean {
  return paths.some((path) => {
    try {
      return files.stat(path) !== undefined
    } catch {
      return false
    }
  })
}

function lineOf(world: World, file: string, expression: RegExp): number | undefined {
  const lines = textOf(world, file).split('\n')
  const index = lines.findIndex((line) => expression.test(line))
  return index < 0 ? undefined : index + 1
}

function textOf({ files }: World, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}
