/**
 * What is told of a guard for monitoring: of the guard, and of each jail; never of each address or each log, of which there may be
 * any number. Names are a contract: docs/metrics.md lists them.
 */
import type { Figures } from '../../engine/figures.ts'
import type { JailStatus } from '../../engine/status.ts'
import type { Family, Sample } from './family.ts'

export function families(figures: Figures): readonly Family[] {
  return [
    ...ofGuard(figures),
    ...ofJails(figures.status.jails),
    ...ofKernel(figures),
    ...ofHistory(figures),
    ...ofProcesses(figures),
  ]
}

function ofGuard({ now, status }: Figures): Family[] {
  return [
    info('rampart_build', 'Which Rampart this is.', { version: status.version }),
    gauge('rampart_start_time_seconds', 'When the guard began, in seconds since 1970.', status.since / 1000, 'seconds'),
    gauge(
      'rampart_uptime_seconds',
      'How long the guard has been running.',
      Math.max(0, now - status.since) / 1000,
      'seconds',
    ),
    gauge('rampart_observing', '1 if the guard only looks on and changes nothing.', status.observe ? 1 : 0),
    gauge(
      'rampart_banned_addresses',
      'Addresses and networks that are banned; what two jails ban counts once.',
      status.banned,
    ),
    gauge('rampart_pending_bans', 'Bans that are not in force yet, or just now.', status.pending),
    gauge('rampart_faults', 'Faults that `rampart status` shows now.', status.faults.length),
    counter('rampart_lines_read', 'Lines read of all logs.', status.lines),
  ]
}

function ofJails(jails: readonly JailStatus[]): Family[] {
  const each = (value: (jail: JailStatus) => number): Sample[] =>
    jails.map((jail) => ({ labels: { jail: jail.name }, value: value(jail) }))
  return [
    { name: 'rampart_bans_active', kind: 'gauge', help: 'Bans in force.', samples: each((jail) => jail.bannedNow) },
    {
      name: 'rampart_bans_pending',
      kind: 'gauge',
      help: 'Bans not in force yet, or just now.',
      samples: each((jail) => jail.pendingNow),
    },
    {
      name: 'rampart_bans',
      kind: 'counter',
      help: 'Bans since the guard began, restored ones among them.',
      samples: each((jail) => jail.bannedTotal),
    },
    {
      name: 'rampart_failing_addresses',
      kind: 'gauge',
      help: 'Addresses whose failures are being counted.',
      samples: each((jail) => jail.failedNow),
    },
    {
      name: 'rampart_failures',
      kind: 'counter',
      help: 'Failures found since the guard began.',
      samples: each((jail) => jail.failedTotal),
    },
    {
      name: 'rampart_actions_waiting',
      kind: 'gauge',
      help: "Bans and their ends that the jail's scripts have still to do.",
      samples: each((jail) => jail.waitingNow),
    },
    {
      name: 'rampart_log_lag_bytes',
      kind: 'gauge',
      unit: 'bytes',
      help: "Bytes of the jail's logs that should have been read and are not.",
      samples: each(lag),
    },
    {
      name: 'rampart_logs',
      kind: 'gauge',
      help: 'Logs of the jail by what becomes of them: pending is one that is not there.',
      samples: jails.flatMap(logStates),
    },
  ]
}

function lag({ logs }: JailStatus): number {
  return logs.reduce((all, { behind }) => all + behind, 0)
}

/** These are told though there be none, so that an alert finds them. */
const STATES: readonly string[] = ['reading', 'pending']

function logStates({ name, logs }: JailStatus): Sample[] {
  const states = [...new Set([...STATES, ...logs.map(({ state }) => state)])]
  return states.map((state) => ({
    labels: { jail: name, state },
    value: logs.filter((log) => log.state === state).length,
  }))
}

function ofKernel({ status, tally }: Figures): Family[] {
  if (status.kernel.state === 'unused') return []
  return [
    gauge(
      'rampart_kernel_up',
      '1 if the bans in the kernel are as they should be.',
      status.kernel.state === 'ok' ? 1 : 0,
    ),
    counter('rampart_kernel_transactions', 'Transactions that the kernel has taken.', tally.transactions),
    counter('rampart_kernel_errors', 'Transactions that the kernel has refused.', tally.refusals),
    {
      name: 'rampart_healings',
      kind: 'counter',
      help: 'How often a table was made whole that somebody else had changed.',
      samples: [
        { labels: { table: 'bans' }, value: tally.healedBans },
        { labels: { table: 'rules' }, value: tally.healedRules },
      ],
    },
  ]
}

function ofHistory({ status, history }: Figures): Family[] {
  return [
    gauge('rampart_history_up', '1 if the history is being kept.', status.history.state === 'ok' ? 1 : 0),
    gauge('rampart_history_backlog_rows', 'Rows that wait to be written into the history.', history.waitingRows),
    counter('rampart_history_lost_rows', 'Rows that were given up for want of room.', history.lostRows),
  ]
}

/** The guard's own under the names that every exporter has. */
function ofProcesses({ status, usage }: Figures): Family[] {
  if (!usage) return []
  const { guard, children } = usage
  return [
    counter('process_cpu_seconds', 'Time of a processor that the guard itself has taken.', guard.cpuSeconds, 'seconds'),
    gauge('process_resident_memory_bytes', 'Memory of the guard itself.', guard.residentBytes, 'bytes'),
    gauge('process_start_time_seconds', 'When the guard began, in seconds since 1970.', status.since / 1000, 'seconds'),
    counter(
      'rampart_children_cpu_seconds',
      'Time of a processor that its reader and other programs have taken.',
      children.cpuSeconds,
      'seconds',
    ),
    gauge(
      'rampart_children_resident_memory_bytes',
      'Memory of its reader and other programs.',
      children.residentBytes,
      'bytes',
    ),
  ]
}

type Unit = NonNullable<Family['unit']>

function gauge(name: string, help: string, value: number, unit?: Unit): Family {
  return { name, kind: 'gauge', help, ...(unit && { unit }), samples: [{ labels: {}, value }] }
}

function counter(name: string, help: string, value: number, unit?: Unit): Family {
  return { name, kind: 'counter', help, ...(unit && { unit }), samples: [{ labels: {}, value }] }
}

function info(name: string, help: string, labels: Sample['labels']): Family {
  return { name, kind: 'info', help, samples: [{ labels, value: 1 }] }
}
