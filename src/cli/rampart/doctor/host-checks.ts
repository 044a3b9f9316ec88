/** The host beneath guard and firewall. Pure. */
import { thousands } from '../../print.ts'
import type { Check, Finding } from './finding.ts'
import type { Guarding } from './read-guarding.ts'
import type { Disk, HostFacts, Owned } from './read-host.ts'

export function hostChecks(host: HostFacts, { programs, prepared }: Pick<Guarding, 'programs' | 'prepared'>): Check[] {
  const isOfJournal = prepared.configuration.jails.some(({ backend }) => /^systemd\b/.test(backend))
  return [
    check('the clock follows others', clockFindings(host)),
    check('there is room on the disks', host.disks.flatMap(diskFindings)),
    check("only root may change what root's programs believe", ownerFindings(host.owned)),
    check('the programs that are needed are there', programFindings(programs, isOfJournal)),
  ]
}

function check(title: string, findings: readonly Finding[]): Check {
  return { group: 'host', title, findings }
}

function clockFindings({ clock }: HostFacts): Finding[] {
  if (!clock || clock.isSynchronized) return []
  const message = clock.isMeantTo
    ? 'the clock is not synchronised yet: dates in logs of other hosts may be off'
    : 'nothing sets the clock: it drifts, and dates of logs and bans with it'
  const mend = clock.isMeantTo ? 'timedatectl timesync-status' : 'timedatectl set-ntp true'
  return [{ code: 'host.clock', severity: 'warning', message, mend }]
}

const MIB = 1024 * 1024
const LITTLE = 100 * MIB

function diskFindings({ path, freeBytes, used, usedInodes }: Disk): Finding[] {
  const isFull = freeBytes < MIB || used >= 100 || usedInodes >= 100
  if (!isFull && freeBytes >= LITTLE && used < 97 && usedInodes < 97) return []
  const left =
    usedInodes >= 97
      ? `${100 - Math.min(usedInodes, 100)} % of its files`
      : `${thousands(Math.floor(freeBytes / MIB))} MiB`
  const message = `the disk of ${path} is ${isFull ? 'full' : 'nearly full'} (${left} left): logs and history end, bans go on in memory`
  const mend = `du -xh ${path} | sort -h | tail`
  return [{ code: 'host.disk', severity: isFull ? 'error' : 'warning', message, mend }]
}

/** So many are named. */
const MOST = 3

function ownerFindings(owned: readonly Owned[]): Finding[] {
  const isOpen = ({ owner, group, mode }: Owned) =>
    owner !== 0 || (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && group !== 0)
  const open = owned.filter(isOpen)
  const told = (kind: Owned['kind'], message: string, severity: Finding['severity']): Finding[] => {
    const paths = open.filter((one) => one.kind === kind).map(({ path }) => path)
    if (paths.length === 0) return []
    const names = paths.slice(0, MOST).join(', ')
    const more = paths.length > MOST ? ` and ${paths.length - MOST} more` : ''
    const mend = `chown -R root:root ${parentOf(paths)}; chmod -R go-w ${parentOf(paths)}`
    return [
      { code: `host.${kind}`, severity, message: `others than root may change ${names}${more}: ${message}`, mend },
    ]
  }
  const secret = owned.find(
    ({ kind, path, mode }) => kind === 'state' && /\/rampart$/.test(path) && (mode & 0o005) !== 0,
  )
  return [
    ...told('configuration', 'root runs the commands that stand there', 'error'),
    ...told('state', 'bans and history are believed', 'error'),
    ...(secret
      ? [
          {
            ...({ code: 'host.state-readable', severity: 'hint', mend: `chmod 700 ${secret.path}` } as const),
            message: `everybody may read ${secret.path}: lines of logs with their addresses`,
          },
        ]
      : []),
  ]
}

/** The folder that all of them are in, or the one itself. */
function parentOf(paths: readonly string[]): string {
  const [first = '', ...rest] = paths
  let common = first
  while (common !== '' && rest.some((path) => path !== common && !path.startsWith(`${common}/`))) {
    common = common.slice(0, common.lastIndexOf('/'))
  }
  return common || '/'
}

function programFindings({ journalctl, perl }: Guarding['programs'], isOfJournal: boolean): Finding[] {
  return [
    ...(isOfJournal && !journalctl
      ? [
          {
            ...({ code: 'host.no-journalctl', severity: 'error' } as const),
            message: 'a jail reads the journal, and there is no journalctl',
            mend: "in the jail's section: backend = auto, and the path of a log",
          },
        ]
      : []),
    ...(perl
      ? []
      : [
          {
            ...({ code: 'host.no-perl', severity: 'hint' } as const),
            message: 'without Perl the guard hears of deleted rules and bans only, not of changed ones',
            mend: 'apt-get install perl-base',
          },
        ]),
  ]
}
