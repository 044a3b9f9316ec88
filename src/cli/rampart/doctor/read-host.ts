/** What guard and firewall need of the host: clock, disks, who may change their files. Nothing is changed. */
import type { Files, Stat } from '../../../world/files.ts'
import type { World } from '../../../world/world.ts'
import type { Where } from './where.ts'

export interface HostFacts {
  /** Whether the clock follows others'; undefined: nobody says. */
  readonly clock: { readonly isSynchronized: boolean; readonly isMeantTo: boolean } | undefined
  readonly disks: readonly Disk[]
  /** What root's programs believe or keep secret, as far as it is there. */
  readonly owned: readonly Owned[]
}

export interface Disk {
  /** What is kept there. */
  readonly path: string
  readonly freeBytes: number
  /** Of a hundred. */
  readonly used: number
  /** Of a hundred; 0 where the file system counts none. */
  readonly usedInodes: number
}

export interface Owned extends Pick<Stat, 'owner' | 'group' | 'mode'> {
  readonly path: string
  readonly kind: 'configuration' | 'state'
}

export async function readHost({ files, run }: World, { config, state }: Where): Promise<HostFacts> {
  return {
    clock: await readClock(run),
    disks: await readDisks(run, [existing(files, state), '/var/log']),
    owned: [
      ...owned(files, configurationOf(files, config), 'configuration'),
      ...owned(files, stateOf(files, state), 'state'),
    ],
  }
}

async function readClock(run: World['run']): Promise<HostFacts['clock']> {
  const { code, out } = await run.once(['timedatectl', 'show'], { timeoutMs: 3000 })
  if (code !== 0 || !/^NTPSynchronized=/m.test(out)) return undefined
  return { isSynchronized: /^NTPSynchronized=yes$/m.test(out), isMeantTo: !/^NTP=no$/m.test(out) }
}

async function readDisks(run: World['run'], paths: readonly string[]): Promise<Disk[]> {
  const [blocks, inodes] = await Promise.all(
    ['-k', '-i'].map((unit) => run.once(['df', '-P', unit, ...paths], { timeoutMs: 3000, env: { LC_ALL: 'C' } })),
  )
  const [ofBlocks, ofInodes] = [rows(blocks!.out), rows(inodes!.out)]
  return paths.flatMap((path, at) => {
    const row = ofBlocks[at]
    if (!row) return []
    return [{ path, freeBytes: row.free * 1024, used: row.used, usedInodes: ofInodes[at]?.used ?? 0 }]
  })
}

/** Source: df(1p), the format of `-P`: name, total, used, free, share, place. */
function rows(text: string): { readonly free: number; readonly used: number }[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, free, used] = /\s\d+\s+\d+\s+(\d+)\s+(\d+|-)%?\s+\//.exec(line) ?? []
      return free === undefined ? [] : [{ free: Number(free), used: Number(used) || 0 }]
    })
}

function existing(files: Files, path: string): string {
  return files.stat(path) || path === '/' ? path : existing(files, path.slice(0, path.lastIndexOf('/')) || '/')
}

/** Of each folder so many. */
const MOST = 500

function configurationOf(files: Files, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => [
    folder,
    ...files.list(folder).map((name) => `${folder}/${name}`),
    ...['jail.d', 'filter.d', 'action.d', 'fail2ban.d'].flatMap((sub) =>
      files
        .list(`${folder}/${sub}`)
        .slice(0, MOST)
        .map((name) => `${folder}/${sub}/${name}`),
    ),
  ])
}

function stateOf(files: Files, state: string): string[] {
  return [state, ...files.list(state).map((name) => `${state}/${name}`)]
}

function owned(files: Files, paths: readonly string[], kind: Owned['kind']): Owned[] {
  return paths.flatMap((path) => {
    try {
      const stat = files.stat(path)
      return stat ? [{ path, kind, owner: stat.owner, group: stat.group, mode: stat.mode }] : []
    } catch {
      return []
    }
  })
}
