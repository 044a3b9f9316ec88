/** A log that a jail is pointed at: what kind it is by nginx's word, by its own lines or by its name, and its last lines. */
import type { World } from '../../world/world.ts'
import { expandGlob } from '../glob.ts'
import { lastLines } from './last-lines.ts'
import { type AccessLog, COMBINED, type ErrorLog, type NginxWrites } from './nginx-writes.ts'

export interface LogView {
  readonly path: string
  readonly exists: boolean
  readonly kind: 'access' | 'error' | 'syslog' | undefined
  /** Of an access log. */
  readonly access: AccessLog | undefined
  /** Of nginx's error log, where its configuration names it. */
  readonly error: ErrorLog | undefined
  /** The last whole lines; none if it is empty, absent or was not to be read. */
  readonly lines: readonly string[]
}

/** Enough to know a log by: some hundred lines. */
const SAMPLE_BYTES = 64 * 1024
/** Logs of one jail that are looked at. */
const MOST_LOGS = 16

export interface Looking {
  readonly world: World
  readonly nginx: NginxWrites
  readonly reads: boolean
}

/** @param patterns paths and globs as the jail has them; one that fits nothing is told as itself */
export function logViews(looking: Looking, patterns: readonly string[]): readonly LogView[] {
  const paths = patterns.flatMap((pattern) => {
    const found = expandGlob(looking.world.files, pattern)
    return found.length > 0 ? found.slice(0, MOST_LOGS) : [pattern]
  })
  return [...new Set(paths)].slice(0, MOST_LOGS).map((path) => view(looking, path))
}

function view({ world, nginx, reads }: Looking, path: string): LogView {
  const { exists, lines } = sample(world, path, reads)
  const [access, error] = [nginx.access.get(path), nginx.error.get(path)]
  if (access && !error) return { path, exists, lines, kind: 'access', access, error: undefined }
  if (error && !access) return { path, exists, lines, kind: 'error', access: undefined, error }
  const kind = kindByLines(lines) ?? (lines.length === 0 ? kindByName(path) : undefined)
  return { path, exists, lines, kind, access: kind === 'access' ? COMBINED : undefined, error: undefined }
}

const FORMS = {
  access: /^\S+ \S+ .*\[\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "[^"]*" \d{3} /,
  error: /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]+\] \d+#\d+: /,
  syslog: /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) \S+ [^\s:]+: /,
} as const

function kindByLines(lines: readonly string[]): LogView['kind'] {
  if (lines.length === 0) return undefined
  const kinds = ['access', 'error', 'syslog'] as const
  // Several programs share a system log: only if all lines have its form it has no other.
  const share = (kind: keyof typeof FORMS) => lines.filter((line) => FORMS[kind].test(line)).length / lines.length
  return kinds.find((kind) => share(kind) >= (kind === 'syslog' ? 1 : 0.8))
}

/** An empty or absent log in nginx's folder is what its name says. */
function kindByName(path: string): LogView['kind'] {
  const name = /\/nginx\/([^/]*)$/.exec(path)?.[1]
  if (name === undefined) return undefined
  if (/error[^/]*\.log$/.test(name)) return 'error'
  return /access[^/]*\.log$/.test(name) ? 'access' : undefined
}

function sample(world: World, path: string, reads: boolean): Pick<LogView, 'exists' | 'lines'> {
  try {
    const stat = world.files.stat(path)
    if (!stat) return { exists: false, lines: [] }
    if (!reads || stat.kind !== 'file' || stat.size === 0) return { exists: true, lines: [] }
    return { exists: true, lines: lastLines(world.files, path, stat.size, SAMPLE_BYTES) }
  } catch {
    return { exists: true, lines: [] } // It is there and may not be read.
  }
}
