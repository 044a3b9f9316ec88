/** What nginx writes into which log, as its configuration says: the form of each access log, the level of each error log. */
import type { Place } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { nginxTree } from '../nginx-files.ts'
import type { Directive } from '../nginx-syntax.ts'

export interface NginxWrites {
  readonly found: boolean
  readonly access: ReadonlyMap<string, AccessLog>
  readonly error: ReadonlyMap<string, ErrorLog>
  /** Where `access_log off` stands. */
  readonly silent: readonly Place[]
  /** Names of the zones of limit_req and limit_conn. */
  readonly zones: readonly string[]
  /** Of refused requests; a delayed one is told one level below. */
  readonly refusedAt: Level
}

export interface AccessLog {
  readonly name: string
  /** With its variables; undefined if no log_format of that name was found. */
  readonly format: string | undefined
  readonly escaping: 'default' | 'json' | 'none'
  readonly at: Place | undefined
}

export interface ErrorLog {
  readonly level: Level
  readonly at: Place | undefined
}

export const LEVELS = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'] as const
export type Level = (typeof LEVELS)[number]

/** Source: nginx's documentation, ngx_http_log_module. */
export const COMBINED: AccessLog = {
  name: 'combined',
  format:
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
  escaping: 'default',
  at: undefined,
}

/** Never throws. */
export async function nginxWrites(world: World): Promise<NginxWrites> {
  const { found, directives, compiled } = await nginxTree(world)
  const prefix = (compiled.get('prefix') ?? '/usr/share/nginx').replace(/\/$/, '')
  const absolute = (path: string) => (path.startsWith('/') ? path : `${prefix}/${path}`)
  const all = directives.flatMap(flat)
  const named = (name: string) => all.filter((directive) => directive.name === name)
  const formats = new Map(named('log_format').map((directive) => [directive.words[0] ?? '', formatOf(directive)]))
  const access = new Map<string, AccessLog>()
  const silent: Place[] = []
  for (const { words, at } of named('access_log')) {
    const [path = 'off', name = 'combined'] = words.filter((word) => !/^(if=|buffer=|flush=|gzip)/.test(word))
    if (path === 'off') silent.push(at)
    else access.set(absolute(path), { ...(formats.get(name) ?? (name === 'combined' ? COMBINED : UNKNOWN)), name, at })
  }
  const error = new Map<string, ErrorLog>()
  for (const { words, at } of named('error_log')) {
    const path = absolute(words[0] ?? 'stderr')
    const level = levelOf(words[1])
    const known = error.get(path)
    if (!known || LEVELS.indexOf(level) < LEVELS.indexOf(known.level)) error.set(path, { level, at })
  }
  if (found) addDefaults({ access, error }, directives, compiled)
  const zones = [...named('limit_req_zone'), ...named('limit_conn_zone')].flatMap(({ words }) =>
    words.flatMap((word) => /^zone=([^:]+)/.exec(word)?.[1] ?? []),
  )
  return { found, access, error, silent, zones, refusedAt: levelOf(named('limit_req_log_level')[0]?.words[0]) }
}

const UNKNOWN = { format: undefined, escaping: 'default' } as const

function formatOf({ words, at }: Directive): AccessLog {
  const [name = '', ...rest] = words
  const escaping = rest.find((word) => word.startsWith('escape='))?.slice('escape='.length)
  const format = rest.filter((word) => !word.startsWith('escape=')).join('')
  return { name, format, escaping: escaping === 'json' || escaping === 'none' ? escaping : 'default', at }
}

function flat(directive: Directive): Directive[] {
  return [directive, ...(directive.block ?? []).flatMap(flat)]
}

function levelOf(word: string | undefined): Level {
  return LEVELS.find((level) => level === word) ?? 'error'
}

/** Where nothing is said, nginx writes to the files that it was compiled with. */
function addDefaults(
  { access, error }: { access: Map<string, AccessLog>; error: Map<string, ErrorLog> },
  directives: readonly Directive[],
  compiled: ReadonlyMap<string, string>,
): void {
  const http = directives.find(({ name }) => name === 'http')?.block ?? []
  const accessPath = compiled.get('http-log-path') ?? '/var/log/nginx/access.log'
  const errorPath = compiled.get('error-log-path') ?? '/var/log/nginx/error.log'
  if (!http.some(({ name }) => name === 'access_log') && !access.has(accessPath)) access.set(accessPath, COMBINED)
  if (!directives.some(({ name }) => name === 'error_log') && !error.has(errorPath)) {
    error.set(errorPath, { level: 'error', at: undefined })
  }
}
