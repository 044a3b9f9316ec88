/** `rampart doctor`: what is wrong with this host's set-up, and how to mend it. It looks, and changes nothing. */
import { asFault } from '../../../base/fault.ts'
import { ufwPaths } from '../../../config/ufw/paths.ts'
import { ask } from '../../../control/client.ts'
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { detectionChecks } from './detection-checks.ts'
import type { Check, Finding, Severity } from './finding.ts'
import { foreignChecks } from './foreign-checks.ts'
import { hostChecks } from './host-checks.ts'
import { printChecks } from './print-checks.ts'
import { readGuarding } from './read-guarding.ts'
import { readHost } from './read-host.ts'
import { readWall } from './read-wall.ts'
import { wallChecks } from './wall-checks.ts'
import { whereOf } from './where.ts'

export interface DoctorOptions {
  readonly all?: boolean
  readonly json?: boolean
  readonly config: readonly string[]
  readonly socket: string
  readonly datadir?: string
}

/** Folders of a guard that nothing was said to. */
export interface Usual {
  readonly config: readonly string[]
  readonly state: string
}

/** @returns 0 if nothing is wrong but for hints, 1 with errors or warnings */
export async function doctor(setting: Setting, options: DoctorOptions, usual: Usual): Promise<number> {
  const checks = setting.isRoot ? await examine(setting, options, usual) : [NOT_ROOT]
  setting.terminal.out(options.json ? printJson(asJson(checks), 2) : printChecks(setting.terminal, checks, options))
  return checks.some(({ findings }) => findings.some(({ severity }) => severity !== 'hint')) ? 1 : 0
}

async function examine(setting: Setting, options: DoctorOptions, usual: Usual): Promise<readonly Check[]> {
  const { world, stockFolder } = setting
  const { config, socket } = options
  const status = await ask(socket, { verb: 'status' }).catch((thrown: unknown) => asFault(thrown, 'control.failed'))
  const where = whereOf(config === usual.config ? undefined : config, status, { ...usual, stockFolder })
  const [wall, guarding, host] = await Promise.all([
    readWall(world, ufwPaths(options.datadir)),
    readGuarding(world, where, status),
    readHost(world, where),
  ])
  return [
    ...wallChecks(wall),
    ...foreignChecks(wall, guarding),
    ...detectionChecks(guarding, wall),
    ...hostChecks(host, guarding),
  ]
}

const NOT_ROOT: Check = {
  group: 'host',
  title: 'it is root who asks',
  findings: [
    {
      code: 'host.not-root',
      severity: 'error',
      message: 'only root can see the firewall, the logs and the guard',
      mend: 'sudo rampart doctor',
    },
  ],
}

/** Stable names; what does not apply is left out. */
function asJson(checks: readonly Check[]) {
  const all = checks.flatMap(({ group, findings }) => findings.map((finding) => ({ group, ...finding })))
  return {
    errors: count(all, 'error'),
    warnings: count(all, 'warning'),
    hints: count(all, 'hint'),
    findings: all.map(({ code, severity, group, message, mend, at }) => ({
      ...{ code, severity, group, message, mend },
      ...{ file: at?.file, line: at?.line },
    })),
    checks: checks.map(({ group, title, findings }) => ({ group, title, ok: findings.length === 0 })),
  }
}

function count(findings: readonly Finding[], wanted: Severity): number {
  return findings.filter(({ severity }) => severity === wanted).length
}
