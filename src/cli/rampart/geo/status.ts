/** `rampart geo status`: whose data there is, of when, and under which licence. */
import { openFolders } from '../../../place/installed.ts'
import { type DataStatus, dataStatus, OLD_DAYS, type OwnStatus, ownStatus } from '../../../place/status.ts'
import { printJson, type Terminal, table } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { geoFolders } from './open-geo.ts'

export interface StatusOptions {
  readonly state: string
  readonly json?: boolean
}

/** @returns the exit code: 1 where something is damaged, or closed to this user */
export async function geoStatus(setting: Setting, options: StatusOptions): Promise<number> {
  const { world, terminal } = setting
  const troubles: string[] = []
  const folders = openFolders(world.files, geoFolders(setting, options.state), troubles)
  const now = world.clock.now()
  const data = dataStatus(world.files, folders, now, troubles)
  const own = await ownStatus(world.files, folders, now)
  const damaged = [...troubles, ...own.flatMap(({ fault }) => fault ?? [])]
  if (options.json) terminal.out(printJson({ data, own, troubles: damaged }))
  else {
    print(terminal, data, own)
    for (const trouble of damaged) terminal.err(`rampart: ${trouble}\n`)
  }
  return damaged.length === 0 ? 0 : 1
}

function print(terminal: Terminal, data: readonly DataStatus[], own: readonly OwnStatus[]): void {
  for (const { path, type = '', origin, ageDays } of own) {
    if (!origin) continue
    terminal.out(`own database  ${table(terminal, [[type, origin.name, agePrinted(origin.date, ageDays), path]])}`)
  }
  for (const { subject, data: layer, previous } of data) {
    if (!layer) {
      terminal.out(`${subject.padEnd(12)}  none${subject === 'city' ? ': rampart geo install city' : ''}\n`)
      continue
    }
    const { origin, bytes, ipv4, ipv6, path, ageDays } = layer
    const rows = [
      [subject, `${origin.name}${origin.version === undefined ? '' : ` ${origin.version}`}`],
      ['', `${agePrinted(origin.date, ageDays)}`],
      ['', `${origin.licence}: ${[origin.credit, origin.url].filter((part) => part !== '').join(', ')}`],
      ['', `${megabytes(bytes)}, ${count(ipv4)} IPv4 and ${count(ipv6)} IPv6 segments: ${path}`],
      ...(previous
        ? [
            [
              '',
              `kept: ${previous.origin.name} of ${previous.origin.date ?? 'an unknown date'} (rampart geo rollback ${subject})`,
            ],
          ]
        : []),
    ]
    terminal.out(table(terminal, rows, [12]))
  }
  const old = data.filter(({ data }) => (data?.ageDays ?? 0) > OLD_DAYS)
  if (old.length === 0) return
  const subjects = old.map(({ subject }) => subject).join(' ')
  terminal.err(
    `rampart: data older than ${OLD_DAYS} days: ${old.map(({ subject }) => subject).join(', ')}\n  rampart geo update ${subjects}\n`,
  )
}

function agePrinted(date: string | undefined, days: number | undefined): string {
  if (date === undefined || days === undefined) return 'of an unknown date'
  return `of ${date}, ${days} day${days === 1 ? '' : 's'} old`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function count(number: number): string {
  return number.toLocaleString('en')
}
