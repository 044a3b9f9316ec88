/**
 * New data in the place of what is there: fetched, checked, compiled beside it, asked for what everybody knows, and exchanged in
 * one step. What fails leaves all as it was.
 */
import type { World } from '../../world/world.ts'
import { compileFiles, type Source } from '../data/compile-files.ts'
import type { Subject } from '../data/fields.ts'
import { Layer } from '../data/layer.ts'
import { dateOfVersion, type Origin, PUBLISHED } from '../data/origin.ts'
import { layerPath, newestLayer, previousPath } from '../installed.ts'
import { download, latest } from './registry.ts'
import { selfTest } from './self-test.ts'
import { unpacked } from './unpacked.ts'

export interface Installing {
  readonly world: Pick<World, 'files' | 'web' | 'digest' | 'clock' | 'chance'>
  /** Where data may be; into the last it is installed. */
  readonly folders: readonly string[]
  /** @param done bytes, of a download */
  readonly onStep: (step: 'ask' | 'download' | 'compile', done?: number, of?: number) => void
}

export interface Installed {
  readonly subject: Subject
  readonly origin: Origin
  readonly bytes: number
  /** Data of IPv4 alone knows no other. */
  readonly hasIpv6: boolean
  /** undefined: it is used; else of when what is used instead is: of two the newer counts. */
  readonly usedInstead?: string
  /** What is there is as new as what the registry has. */
  readonly isUpToDate: boolean
}

/** @throws Fault `place.registry`, `place.integrity`, `place.self-test`, those of `compileFiles`, `web.*`, `file.*` */
export async function installFromRegistry(
  installing: Installing,
  subject: Subject,
  registry: string,
): Promise<Installed> {
  const { world, folders, onStep } = installing
  const published = PUBLISHED[subject]
  onStep('ask')
  const release = await latest(world.web, registry, published.package)
  const present = newestLayer(world.files, folders, subject, [])
  try {
    if (present && isAsNew(present.file.head.origin, release.version)) return told(present, true)
  } finally {
    present?.close()
  }
  const scratch = scratchOf(installing)
  try {
    const tarball = scratch.path('package.tgz')
    await download(world, release, tarball, (bytes, of) => onStep('download', bytes, of))
    onStep('compile')
    const { sources } = await unpacked(world.files, tarball, subject, scratch.path)
    const origin = withVersion(published.origin, release.version)
    return await replace(installing, subject, { sources, origin }, scratch)
  } finally {
    scratch.clear()
  }
}

/**
 * From files: packages of npm's as they come, `.mmdb` or `.csv`, packed by gzip or not; IPv4 and IPv6 may be two files.
 * @throws as `installFromRegistry`
 */
export async function installFromFiles(
  installing: Installing,
  subject: Subject,
  files: readonly string[],
): Promise<Installed> {
  const scratch = scratchOf(installing)
  try {
    installing.onStep('compile')
    const sources: Source[] = []
    let origin: Origin | undefined
    for (const file of files) {
      const plain = await unpacked(installing.world.files, file, subject, scratch.path)
      sources.push(...plain.sources)
      if (plain.package?.name === PUBLISHED[subject].package)
        origin ??= withVersion(PUBLISHED[subject].origin, plain.package.version)
    }
    return await replace(installing, subject, { sources, origin, isOwn: true }, scratch)
  } finally {
    scratch.clear()
  }
}

interface Plain {
  readonly sources: readonly Source[]
  readonly origin: Origin | undefined
  /** Of the admin's own choice. */
  readonly isOwn?: boolean
}

async function replace(
  { world, folders }: Installing,
  subject: Subject,
  { sources, origin, isOwn = false }: Plain,
  scratch: Scratch,
): Promise<Installed> {
  const { files } = world
  const folder = folders.at(-1)!
  const path = scratch.path(`${subject}.places`)
  const pieces = await compileFiles(files, sources, subject, origin)
  const file = files.append(path, 0o644)
  try {
    for (const piece of pieces) file.write(piece)
    file.sync()
  } finally {
    file.close()
  }
  const layer = new Layer(files, path)
  try {
    selfTest(layer, isOwn)
    const current = layerPath(folder, subject)
    if (files.stat(current)) files.rename(current, previousPath(folder, subject))
    files.rename(path, current)
    files.syncFolder(folder)
    return { ...told(layer, false), ...usedInstead(files, folders, subject, current) }
  } finally {
    layer.close()
  }
}

function usedInstead(
  files: World['files'],
  folders: readonly string[],
  subject: Subject,
  path: string,
): Pick<Installed, 'usedInstead'> {
  const used = newestLayer(files, folders, subject, [])
  used?.close()
  return used === undefined || used.path === path ? {} : { usedInstead: used.file.head.origin.date ?? '' }
}

function told({ file }: Layer, isUpToDate: boolean): Installed {
  const { subject, origin, counts } = file.head
  return { subject, origin, bytes: file.size, hasIpv6: counts.ipv6 > 1, isUpToDate }
}

interface Scratch {
  /** A file that nobody reads, of which there is none yet. */
  readonly path: (name: string) => string
  clear(): void
}

/** What somebody who was killed has left behind goes after an hour. */
const FORGOTTEN_MS = 3_600_000
const PREFIX = 'new-'

function scratchOf({ world, folders }: Installing): Scratch {
  const { files, clock, chance } = world
  const folder = folders.at(-1)!
  files.makeFolder(folder, 0o755)
  for (const name of files.list(folder)) {
    const path = `${folder}/${name}`
    if (name.startsWith(PREFIX) && clock.now() - (files.stat(path)?.modifiedMs ?? 0) > FORGOTTEN_MS) files.remove(path)
  }
  const own = `${folder}/${PREFIX}${chance.next().toString(36).slice(2)}-`
  const made = new Set<string>()
  return {
    path(name) {
      made.add(`${own}${name}`)
      return `${own}${name}`
    },
    clear() {
      for (const path of made) files.remove(path)
    },
  }
}

/** The registry may lag behind what came from a file. */
function isAsNew({ version, date }: Origin, released: string): boolean {
  return version === released || (date !== undefined && date >= (dateOfVersion(released) ?? '9999'))
}

function withVersion(origin: Origin, version: string): Origin {
  const date = dateOfVersion(version)
  return { ...origin, version, ...(date === undefined ? {} : { date }) }
}
