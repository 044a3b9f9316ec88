/** What nginx logs where, on which ports it listens, and which proxies it trusts. */
import { parseNetwork, printNetwork } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import { nginxTree } from './nginx-files.ts'
import type { Directive } from './nginx-syntax.ts'

export interface NginxLogs {
  readonly found: boolean
  /** Access logs whose lines begin with the client's address, as the filters expect; in the order of the files. */
  readonly access: readonly string[]
  readonly error: readonly ErrorLog[]
  /** Of http servers, ascending. */
  readonly ports: readonly number[]
  /** Networks whose word about the client's address nginx takes: to be banned never. */
  readonly proxies: readonly string[]
  /** What was skipped, and what is dangerous: codes `nginx.*`, each with its place. */
  readonly notes: readonly Fault[]
}

export interface ErrorLog {
  readonly path: string
  /** `debug` ... `emerg`; nginx's default is `error`. */
  readonly level: string
}

/** Never throws; without nginx `found` is false and all else empty. Logs need not exist yet. */
export async function nginxLogs(world: World, conf?: string): Promise<NginxLogs> {
  const { found, directives, compiled, notes } = await nginxTree(world, conf)
  const walk: Walk = {
    prefix: compiled.get('prefix') ?? '/usr/share/nginx',
    formats: new Map([['combined', { text: '$remote_addr', json: false }]]),
    access: new Set(),
    error: new Map(),
    ports: new Set(),
    proxies: new Set(),
    notes: [...notes],
  }
  if (directives.length === 0) return { found, access: [], error: [], ports: [], proxies: [], notes: walk.notes }
  const main = errorLogs(walk, directives)
  if (!main) addErrorLog(walk, compiled.get('error-log-path') ?? DEBIAN_ERROR, 'error', undefined)
  for (const directive of directives) {
    if (directive.name === 'http' && directive.block) {
      readHttp(walk, directive.block, compiled.get('http-log-path') ?? DEBIAN_ACCESS)
    } else if (directive.block) {
      everyBlock(directive.block, (block) => void errorLogs(walk, block))
    }
  }
  return {
    found,
    access: [...walk.access],
    error: [...walk.error].map(([path, level]) => ({ path, level })),
    ports: [...walk.ports].sort((a, b) => a - b),
    proxies: [...walk.proxies],
    notes: walk.notes,
  }
}

const DEBIAN_ACCESS = '/var/log/nginx/access.log'
const DEBIAN_ERROR = '/var/log/nginx/error.log'

interface Walk {
  readonly prefix: string
  readonly formats: Map<string, { readonly text: string; readonly json: boolean }>
  readonly access: Set<string>
  /** By path: the most talkative level. */
  readonly error: Map<string, string>
  readonly ports: Set<number>
  readonly proxies: Set<string>
  readonly notes: Fault[]
}

function readHttp(walk: Walk, http: readonly Directive[], defaultAccess: string): void {
  // Formats first: nginx lets them stand behind their use only within http, where order is of no account to us.
  for (const { name, words } of http) if (name === 'log_format') addFormat(walk, words)
  const servers = http.filter(({ name, block }) => name === 'server' && block)
  const general = accessLogs(walk, http)
  const inherits = ({ block }: Directive) => !block!.some(({ name }) => name === 'access_log')
  if (!general && (servers.length === 0 || servers.some(inherits))) walk.access.add(absolute(walk, defaultAccess))
  for (const { block } of servers) readListens(walk, block!)
  everyBlock(http, (block) => {
    errorLogs(walk, block)
    if (block !== http) accessLogs(walk, block)
    for (const directive of block) if (directive.name === 'set_real_ip_from') addProxy(walk, directive)
  })
}

function everyBlock(block: readonly Directive[], act: (block: readonly Directive[]) => void): void {
  act(block)
  for (const directive of block) if (directive.block) everyBlock(directive.block, act)
}

function addFormat(walk: Walk, [name, ...rest]: readonly string[]): void {
  if (name === undefined) return
  const json = rest.includes('escape=json')
  const text = rest.filter((word) => !word.startsWith('escape=')).join('')
  walk.formats.set(name, { text, json })
}

/** Whether the block says anything of access logs. */
function accessLogs(walk: Walk, block: readonly Directive[]): boolean {
  const logs = block.filter(({ name }) => name === 'access_log')
  for (const { words, at } of logs) {
    const [path = 'off', format = 'combined', ...options] = words.filter((word) => !word.startsWith('if='))
    if (path === 'off') continue
    const note = (code: string, message: string, hint: string) =>
      walk.notes.push(new Fault(code, message, { at, hint }))
    const skip = whySkipped(path) ?? (options.some((word) => word.startsWith('gzip')) ? 'it is compressed' : undefined)
    if (skip) note('nginx.log-skipped', `the access log ${path} is not read: ${skip}`, 'log to a plain file as well')
    else if (!beginsWithAddress(walk, format)) {
      const hint = `begin log_format ${format} with $remote_addr, or add: access_log FILE combined;`
      note(
        'nginx.log-format',
        `the access log ${path} is not read: format ${format} does not begin with $remote_addr`,
        hint,
      )
    } else {
      if ([format, ...options].some((word) => word.startsWith('buffer='))) {
        note(
          'nginx.log-buffered',
          `nginx holds back lines of ${path} (buffer=)`,
          'bans come late by that; use flush=1s or no buffer',
        )
      }
      walk.access.add(absolute(walk, path))
    }
  }
  return logs.length > 0
}

/** A name that no log_format defines may be an option (`buffer=32k`): then the format is the default one. */
function beginsWithAddress(walk: Walk, name: string): boolean {
  const format =
    walk.formats.get(name) ?? (name.includes('=') || name === 'gzip' ? walk.formats.get('combined') : undefined)
  return format !== undefined && !format.json && /^\$(remote_addr\b|\{remote_addr\})/.test(format.text)
}

function errorLogs(walk: Walk, block: readonly Directive[]): boolean {
  const logs = block.filter(({ name }) => name === 'error_log')
  for (const { words, at } of logs) addErrorLog(walk, words[0] ?? 'stderr', words[1] ?? 'error', at)
  return logs.length > 0
}

const LEVELS = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg']

function addErrorLog(walk: Walk, given: string, level: string, at: Fault['at']): void {
  const skip = whySkipped(given)
  if (skip) {
    const hint = 'log to a plain file as well'
    const details = at ? { at, hint } : { hint }
    walk.notes.push(new Fault('nginx.log-skipped', `the error log ${given} is not read: ${skip}`, details))
    return
  }
  const path = absolute(walk, given)
  const known = walk.error.get(path)
  if (known === undefined || LEVELS.indexOf(level) < LEVELS.indexOf(known)) walk.error.set(path, level)
}

function whySkipped(path: string): string | undefined {
  if (path.startsWith('syslog:')) return 'it goes to syslog'
  if (path.startsWith('memory:')) return 'it stays in memory'
  if (path === 'stderr') return 'it goes to standard error'
  if (path.startsWith('/dev/')) return 'it is a device'
  if (path.includes('$')) return 'its name holds variables, so a request decides which file it is'
  return undefined
}

function absolute({ prefix }: Walk, path: string): string {
  return path.startsWith('/') ? path : `${prefix.replace(/\/$/, '')}/${path}`
}

function readListens(walk: Walk, server: readonly Directive[]): void {
  const listens = server.filter(({ name }) => name === 'listen')
  if (listens.length === 0) walk.ports.add(80)
  for (const { words } of listens) {
    const [where = ''] = words
    if (where.startsWith('unix:')) continue
    // `80`, `*:80`, `[::]:443`, `localhost`, `8000-8010`: the default port is 80.
    const [, first, last] = /(?:^|:)(\d{1,5})(?:-(\d{1,5}))?$/.exec(where.replace(/^\[.*\]$/, '')) ?? []
    const from = Number(first ?? 80)
    const to = Math.min(Number(last ?? from), 65535)
    for (let port = from; port <= to; port++) if (port > 0) walk.ports.add(port)
  }
}

function addProxy(walk: Walk, { words, at }: Directive): void {
  const [text = ''] = words
  if (text === 'unix:') return
  const network = parseNetwork(text)
  if (!network) {
    const hint = 'name the proxy by its addresses: rampart cannot know what the name stands for tomorrow'
    walk.notes.push(new Fault('nginx.proxy-name', `set_real_ip_from ${text} is no address`, { at, hint }))
  } else if (network.prefix === 0) {
    const hint = 'anyone can claim any address and have others banned: list the proxies alone'
    walk.notes.push(new Fault('nginx.trusts-everyone', `set_real_ip_from ${text} trusts every client`, { at, hint }))
  } else {
    walk.proxies.add(printNetwork(network))
  }
}
