/**
 * Jails switched on and off for good: everything that would come of it is known before it is written; a guard that runs takes
 * it over, or it is as it was before.
 */
import { asFault, Fault, type Place } from '../../../base/fault.ts'
import { SWITCHES, withSwitch } from '../../../config/jail-switches.ts'
import { nearest } from '../../../config/nearest.ts'
import { ask } from '../../../control/client.ts'
import { runsNothing } from '../../../engine/life/notes.ts'
import type { FaultStatus } from '../../../engine/status.ts'
import { trial } from '../../../filter/trial.ts'
import type { Setting } from '../../setting.ts'
import { textOf } from '../own-file.ts'
import { type Survey, survey } from './survey.ts'
import { withFile } from './with-file.ts'

/** Names and meanings stay: `--json` prints it. */
export interface Switched {
  /** The file that holds what is switched. */
  readonly file: string
  /** As it is now, or would be; null: it is not there. */
  readonly text: string | null
  readonly written: boolean
  readonly dryRun: boolean
  readonly guard: 'running' | 'absent'
  readonly jails: readonly SwitchedJail[]
}

export interface SwitchedJail {
  readonly name: string
  readonly enabled: boolean
  readonly changed: boolean
  /** Where it is said; null: nowhere, it runs for what was found on this host, or does not. */
  readonly file: string | null
  readonly line: number | null
  /** Whether the guard runs it now; null: no guard was asked. */
  readonly running: boolean | null
  readonly logs: readonly { readonly log: string; readonly state: string | null }[]
}

export interface Wish {
  readonly on: boolean
  readonly dryRun: boolean
  readonly config: readonly string[]
  readonly socket: string
}

/** @throws Fault `jail.*`, `guard.nothing`, `file.*`: then nothing is changed */
export async function carryOut(
  setting: Setting,
  names: readonly string[],
  { on, dryRun, config, socket }: Wish,
): Promise<Switched> {
  const { world, stockFolder } = setting
  const path = `${config.at(-1)}/${SWITCHES}`
  const before = textOf(world, path)
  const look = (text: string) => survey(withFile(world, path, text), stockFolder, config)
  const now = await look(before)
  refuseUnknown(names, now)
  const { text, after } = await wanted(names, on, { text: before, survey: now }, look)
  const changes = names.filter((name) => isEnabled(now, name) !== on)
  if (changes.length > 0) refuseFaulty(after, names, on)
  const written = changes.length > 0 && !dryRun
  if (written) write(setting, path, text)
  const told = { file: path, text: text === '' ? null : text, written, dryRun }
  const jails = names.map((name) => switchedJail(after, name, changes.includes(name)))
  if (dryRun) return { ...told, guard: 'absent', jails }
  try {
    return { ...told, ...(await takenOver(socket, jails, on)) }
  } catch (thrown) {
    if (written) {
      write(setting, path, before)
      await backAgain(socket, names)
    }
    throw thrown
  }
}

interface Looked {
  readonly text: string
  readonly survey: Survey
}

/** Said are only those that would be otherwise if nothing were said of them. */
async function wanted(
  names: readonly string[],
  on: boolean,
  now: Looked,
  look: (text: string) => Promise<Survey>,
): Promise<{ readonly text: string; readonly after: Survey }> {
  const changing = names.filter((name) => isEnabled(now.survey, name) !== on)
  if (changing.length === 0) return { text: now.text, after: now.survey }
  const silent = changing.reduce((text, name) => withSwitch(text, name, undefined), now.text)
  const without = silent === now.text ? now.survey : await look(silent)
  const said = changing.filter((name) => isEnabled(without, name) !== on)
  const text = said.reduce((before, name) => withSwitch(before, name, on), silent)
  return { text, after: said.length === 0 ? without : await look(text) }
}

function isEnabled({ jails }: Survey, name: string): boolean {
  return jails.find((jail) => jail.name === name)?.enabled === true
}

function refuseUnknown(names: readonly string[], { jails, folders, prepared }: Survey): void {
  const known = jails.map((jail) => jail.name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const [fault] = prepared.faults
  // Without any jail the files say why.
  if (known.length === 0 && fault) throw fault
  const near = nearest(unknown, known)
  const hint = `${near ? `did you mean ${near}? ` : ''}rampart jail list --all shows those of ${folders.join(', ')}`
  throw new Fault('jail.unknown', `there is no jail "${unknown}"`, { hint })
}

function refuseFaulty(after: Survey, names: readonly string[], on: boolean): void {
  const { prepared } = after
  const faults = [...prepared.faults, ...names.flatMap((name) => (on ? compileFaults(after, name) : []))]
  if (faults.length > 0) throw refused(faults)
  const unheard = names.find((name) => isEnabled(after, name) !== on)
  if (unheard !== undefined) throw overruled(after, unheard, on)
  if (!runsNothing(prepared)) return
  throw new Fault('guard.nothing', 'no jail would run any more: nothing was changed', {
    hint: 'to end the guard: rampart stop',
  })
}

/** What a guard would find when it compiles them. */
function compileFaults({ jails }: Survey, name: string): readonly Fault[] {
  const settings = jails.find((jail) => jail.name === name)?.settings
  if (!settings || settings.filter.failregex.length === 0) return []
  try {
    trial(settings.filter)
    return []
  } catch (thrown) {
    return [asFault(thrown, 'jail.filter')]
  }
}

type Told = Pick<FaultStatus, 'message' | 'at'>

function refused(faults: readonly Told[]): Fault {
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more faults: rampart config check)`
  const [{ message, at }] = faults as [Told]
  return new Fault('jail.refused', `${message}${more}`, {
    hint: 'nothing was changed: mend this first',
    ...(at && { at }),
  })
}

function overruled({ jails }: Survey, name: string, on: boolean): Fault {
  const at = jails.find((jail) => jail.name === name)?.switchedAt
  const where: { at?: Place } = at ? { at } : {}
  const message = `jail ${name}: what stands here is read later, and says enabled = ${!on}`
  return new Fault('jail.overruled', message, { hint: 'nothing was changed: change it there', ...where })
}

function write({ world }: Setting, path: string, text: string): void {
  if (text === '') {
    world.files.remove(path)
    return
  }
  world.files.makeFolder(path.slice(0, path.lastIndexOf('/')), 0o755)
  world.files.write(path, text, 0o644)
}

function switchedJail({ jails }: Survey, name: string, changed: boolean): SwitchedJail {
  const { enabled, switchedAt, settings } = jails.find((jail) => jail.name === name)!
  const logs = settings?.logs.map(({ path }) => ({ log: path, state: null })) ?? []
  const place = { file: switchedAt?.file ?? null, line: switchedAt?.line ?? null }
  return { name, enabled, changed, ...place, running: null, logs }
}

/** @throws Fault `jail.refused` where the guard finds what was not to be seen from here */
async function takenOver(
  socket: string,
  jails: readonly SwitchedJail[],
  on: boolean,
): Promise<Pick<Switched, 'guard' | 'jails'>> {
  let running: ReadonlyMap<string, SwitchedJail['logs']>
  try {
    running = await runningJails(socket)
  } catch (thrown) {
    if (asFault(thrown, 'control.failed').code !== 'control.absent') throw thrown
    return { guard: 'absent', jails }
  }
  for (const { name } of jails.filter((jail) => running.has(jail.name) !== on)) {
    const reply = await ask(socket, { verb: 'reload', jail: name })
    if (!reply.done) throw refused(reply.faults)
  }
  const is = await runningJails(socket)
  return {
    guard: 'running',
    jails: jails.map((jail) => ({ ...jail, running: is.has(jail.name), logs: is.get(jail.name) ?? jail.logs })),
  }
}

/** Those of them that the guard took over go back as well. */
async function backAgain(socket: string, names: readonly string[]): Promise<void> {
  for (const name of names) await ask(socket, { verb: 'reload', jail: name }).catch(() => undefined)
}

async function runningJails(socket: string): Promise<ReadonlyMap<string, SwitchedJail['logs']>> {
  const { jails } = await ask(socket, { verb: 'status' })
  return new Map(jails.map(({ name, logs }) => [name, logs.map(({ log, state }) => ({ log, state }))]))
}
