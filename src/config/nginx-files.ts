/** nginx's whole configuration with its includes in place, from `nginx -T` or from the files. */
import { asFault, Fault } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import { expandGlob, globMatcher } from './glob.ts'
import { type Directive, parseNginx } from './nginx-syntax.ts'

export interface NginxTree {
  /** Whether there is an nginx or a configuration of one. */
  readonly found: boolean
  readonly directives: readonly Directive[]
  /** What it was compiled with: `prefix`, `conf-path`, `http-log-path`, `error-log-path` ... */
  readonly compiled: ReadonlyMap<string, string>
  readonly notes: readonly Fault[]
}

/** Never throws. @param conf the main file; default: the compiled-in one, or Debian's */
export async function nginxTree(world: World, conf?: string): Promise<NginxTree> {
  const version = await world.run.once(['nginx', '-V'], { timeoutMs: TIMEOUT_MS })
  const compiled = new Map(
    [...version.err.matchAll(/--([a-z-]+)=(\S+)/g)].map(([, name, value]) => [name!, value!] as const),
  )
  const main = conf ?? compiled.get('conf-path') ?? '/etc/nginx/nginx.conf'
  const dump = version.code === 0 ? await dumped(world, conf) : undefined
  const source = dump?.source ?? onDisk(world)
  if (source.text(main) === undefined) {
    return { found: version.code === 0, directives: [], compiled, notes: version.code === 0 ? [absent(main)] : [] }
  }
  const including: Including = { source, folder: folderOf(main), notes: [...(dump?.notes ?? [])], files: 0 }
  return { found: true, directives: readConfiguration(including, main, 0), compiled, notes: including.notes }
}

/** nginx may ask the name service for its upstreams: not longer than this. */
const TIMEOUT_MS = 5000
const MAX_DUMP = 16 * 1024 * 1024
const MAX_NESTING = 20
const MAX_FILES = 2000

interface Source {
  readonly text: (path: string) => string | undefined
  readonly expand: (pattern: string) => readonly string[]
}

/** What nginx itself prints; undefined with a note if it refuses its own configuration. */
async function dumped(world: World, conf: string | undefined): Promise<{ source?: Source; notes: Fault[] }> {
  const argv = conf === undefined ? ['nginx', '-T'] : ['nginx', '-T', '-c', conf]
  const { code, out, err, timedOut } = await world.run.once(argv, { timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_DUMP })
  if (code !== 0 || timedOut) {
    const why = timedOut
      ? 'it did not answer within 5 s'
      : (err.split('\n').find((line) => line.includes('[emerg]')) ?? err.trim())
    const hint = 'the files were read instead; nginx -t as root tells more'
    return { notes: [new Fault('nginx.refused', `nginx -T failed: ${why.slice(0, 500)}`, { hint })] }
  }
  const parts = out.split(/^# configuration file (.+):$/m)
  const texts = new Map<string, string>()
  for (let i = 1; i + 1 < parts.length; i += 2) texts.set(parts[i]!, parts[i + 1]!.replace(/^\n/, ''))
  const expand = (pattern: string) => [...texts.keys()].filter(globMatcher(pattern))
  return { source: { text: (path) => texts.get(path), expand }, notes: [] }
}

function onDisk(world: World): Source {
  return {
    text(path) {
      try {
        return world.files.text(path)
      } catch (thrown) {
        if (asFault(thrown, 'nginx.unreadable').code === 'file.absent') return undefined
        throw thrown
      }
    },
    expand: (pattern) => expandGlob(world.files, pattern),
  }
}

interface Including {
  readonly source: Source
  /** Relative includes start here. */
  readonly folder: string
  readonly notes: Fault[]
  files: number
}

function readConfiguration(including: Including, path: string, depth: number): readonly Directive[] {
  if (depth > MAX_NESTING || ++including.files > MAX_FILES) {
    including.notes.push(
      new Fault('nginx.include-circle', `${path} is included too deep or too often`, { at: { file: path } }),
    )
    return []
  }
  const text = attemptText(including, path)
  if (text === undefined) return []
  const { directives, faults } = parseNginx(text, path)
  including.notes.push(...faults)
  return withIncludes(including, directives, depth)
}

function attemptText({ source, notes }: Including, path: string): string | undefined {
  try {
    return source.text(path)
  } catch (thrown) {
    notes.push(asFault(thrown, 'nginx.unreadable'))
    return undefined
  }
}

function withIncludes(including: Including, directives: readonly Directive[], depth: number): Directive[] {
  return directives.flatMap((directive) => {
    if (directive.block) return [{ ...directive, block: withIncludes(including, directive.block, depth) }]
    const [pattern] = directive.words
    if (directive.name !== 'include' || pattern === undefined) return [directive]
    const full = pattern.startsWith('/') ? pattern : `${including.folder}/${pattern}`
    const paths = including.source.expand(full)
    if (paths.length === 0 && !/[*?[]/.test(full)) {
      including.notes.push(
        new Fault('nginx.include-missing', `the included file ${full} does not exist`, { at: directive.at }),
      )
    }
    return paths.flatMap((path) => readConfiguration(including, path, depth + 1))
  })
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function absent(main: string): Fault {
  const hint = 'is nginx started with -c? Then name that file'
  return new Fault('nginx.no-configuration', `nginx is installed, but ${main} does not exist`, { hint })
}
