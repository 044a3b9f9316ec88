/** `rampart jail list`: every jail that is enabled, where that stands, whether it runs, and why it does not. */
import { asFault } from '../../../base/fault.ts'
import { ask } from '../../../control/client.ts'
import { wantedBy } from '../../../engine/reader/wanted-logs.ts'
import type { LogStatus, Status } from '../../../engine/status.ts'
import { printFault, printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { isFolder } from '../folders.ts'
import type { ListedJail } from './listed-jail.ts'
import { isOfInterest, printJails } from './print-jails.ts'
import { type SurveyedJail, survey } from './survey.ts'

export interface ListOptions {
  readonly all?: boolean
  readonly json?: boolean
  readonly config: readonly string[]
  readonly socket: string
}

/**
 * @param optional folders of the configuration that need not be there
 * @returns 0; 1 if one that is enabled does not run
 * @throws Fault `config.no-folder`, `control.*` other than `control.absent`
 */
export async function listJails(setting: Setting, options: ListOptions, optional: readonly string[]): Promise<number> {
  const { terminal, world, stockFolder } = setting
  const folders = options.config.filter((folder) => isFolder(setting, folder, optional))
  const { jails, prepared } = await survey(world, stockFolder, folders)
  const status = await statusOf(options.socket)
  const listed = [...jails.map((jail) => listedJail(jail, status)), ...unknownHere(jails, status)]
  if (options.json) terminal.out(printJson(options.all ? listed : listed.filter(isOfInterest)))
  else {
    for (const fault of prepared.faults) {
      if (!fault.message.startsWith('jail ')) terminal.err(`rampart: ${printFault(fault)}`)
    }
    terminal.out(
      printJails(terminal, listed, {
        all: options.all === true,
        isChosen: prepared.chosen,
        isGuarded: status !== undefined,
      }),
    )
  }
  return listed.every(({ enabled, running }) => !enabled || running === true) ? 0 : 1
}

async function statusOf(socket: string): Promise<Status | undefined> {
  try {
    return await ask(socket, { verb: 'status' })
  } catch (thrown) {
    const fault = asFault(thrown, 'control.failed')
    if (fault.code === 'control.absent') return undefined
    throw fault
  }
}

function listedJail(jail: SurveyedJail, status: Status | undefined): ListedJail {
  const { name, enabled, switchedAt, at, settings } = jail
  const runs = status?.jails.find((one) => one.name === name && one.filter !== 'none')
  const running = status ? runs !== undefined : null
  return {
    name,
    enabled,
    running,
    file: at?.file ?? null,
    line: at?.line ?? null,
    switchedAt: switchedAt ?? null,
    filter: settings?.filter.name ?? runs?.filter ?? null,
    logs: runs ? runs.logs.map(ofStatus) : settings ? wantedBy(settings).map(({ name: log }) => unread(log)) : [],
    why: whyNot(jail, running),
  }
}

function ofStatus({ log, state, why }: LogStatus): ListedJail['logs'][number] {
  return { log, state, why: why ?? null }
}

function unread(log: string): ListedJail['logs'][number] {
  return { log, state: null, why: null }
}

function whyNot({ enabled, why }: SurveyedJail, running: boolean | null): string | null {
  if (running === true) return enabled ? null : `${why}: it runs until the next rampart reload`
  if (why !== undefined) return why
  return running === null ? 'no guard is running' : 'the guard goes by an older configuration: rampart reload'
}

/** Jails of a guard that goes by other files, or by older ones. */
function unknownHere(jails: readonly SurveyedJail[], status: Status | undefined): readonly ListedJail[] {
  const others = status?.jails.filter(
    ({ name, filter }) => filter !== 'none' && jails.every((jail) => jail.name !== name),
  )
  return (others ?? []).map(({ name, filter, logs }) => ({
    ...{ name, enabled: false, running: true, file: null, line: null, switchedAt: null, filter },
    logs: logs.map(ofStatus),
    why: 'the files say nothing of it: it runs until the next rampart reload',
  }))
}
