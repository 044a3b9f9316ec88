/** `rampart up`: the guard in the foreground, told in a few calm lines. */
import { asFault, Fault } from '../../base/fault.ts'
import { FAIL2BAN_SOCKET } from '../../config/read-server.ts'
import type { Asked } from '../../control/command.ts'
import { serveFail2ban } from '../../control/fail2ban/socket.ts'
import { serveMetrics } from '../../control/serve-metrics.ts'
import { type ControlServer, serve } from '../../control/socket.ts'
import { SOCKET } from '../../control/usual-socket.ts'
import type { Event } from '../../engine/event.ts'
import { guard } from '../../engine/life/build.ts'
import type { Guard } from '../../engine/life/guard.ts'
import type { GuardLog } from '../../engine/log/guard-log.ts'
import { printJson } from '../print.ts'
import { serviceManager } from '../service-manager.ts'
import type { Setting } from '../setting.ts'
import { advice } from './advice.ts'
import { printEvent } from './event.ts'
import { isFolder } from './folders.ts'
import { printNotes, printStart } from './start.ts'
import { end } from './stop.ts'
import type { WrittenLog } from './written-log.ts'

export interface UpOptions {
  readonly observe: boolean
  readonly single: boolean
  readonly keepBans: boolean
  /** Has another guard end first, whose bans stay in force. */
  readonly replace: boolean
  readonly state: string
  readonly config: readonly string[]
  readonly socket: string
  /** Where Fail2ban's client finds it; undefined: where the configuration says. */
  readonly fail2banSocket?: string
  readonly json?: boolean
}

/** Whatever hangs, it is over then. */
const STOP_MS = 9000
/** The answer to who had it stop is on its way meanwhile. */
const ANSWER_MS = 100

/**
 * Runs until the program is told to stop. @returns 0
 * @param optional folders of the configuration that need not be there
 * @throws Fault `config.no-folder`, `up.not-root`, `up.slow-stop`, and those of `guard`
 */
export async function up(setting: Setting, options: UpOptions, optional: readonly string[]): Promise<number> {
  if (!options.observe && !setting.isRoot) throw notRoot()
  for (const folder of options.config) isFolder(setting, folder, optional)
  const service = serviceManager(setting.world, setting.env ?? {})
  const telling = tellingOf(setting, options)
  const asked = Promise.withResolvers<Ending>()
  const told = Promise.race([setting.stopped.then((why) => ({ why, keep: options.keepBans })), asked.promise])
  const starting = begin(setting, options, { telling, ask: asked.resolve })
  await Promise.race([starting.then(service.ready), told])
  const ending = await told
  service.stopping()
  if (!options.json) setting.terminal.out(printStop(ending, options))
  await inTime(
    setting,
    starting.then((started) => started.stop(ending.keep)),
  )
  return 0
}

interface Ending {
  readonly why: string
  /** Whether the bans stay in the kernel. */
  readonly keep: boolean
}

interface Started {
  stop(keep: boolean): Promise<void>
}

async function begin(
  setting: Setting,
  options: UpOptions,
  { telling, ask }: { readonly telling: Telling; readonly ask: (ending: Ending) => void },
): Promise<Started> {
  const { terminal, world } = setting
  const beforeClaim = options.replace && !options.observe ? () => replaced(setting, options) : undefined
  const ref: { running?: Guard } = {}
  const early: (Fault | undefined)[] = []
  const written = await logOf(setting, options, (fault) => {
    if (!ref.running) early.push(fault)
    else if (fault) ref.running.engine.fault(fault, LOG)
    else ref.running.engine.over(LOG)
  })
  const running = await guard(world, {
    ...setting,
    ...options,
    ...(written && { log: written.log }),
    hear(event) {
      telling.hear(event)
      written?.hear(event)
    },
    ...(beforeClaim && { beforeClaim }),
  })
  ref.running = running
  for (const fault of early) if (fault) running.engine.fault(fault, LOG)
  const asked = {
    engine: running.engine,
    reload: (jail?: string) => running.reload(jail),
    stop(keep = options.keepBans) {
      world.clock.after(ANSWER_MS, () => ask({ why: 'rampart stop', keep }))
    },
  }
  const control: ControlServer[] = []
  const close = () => Promise.all(control.map((one) => one.close()))
  try {
    if (!options.observe) control.push(...(await served(setting, running, asked, { ...options, log: written?.log })))
    await running.ready()
  } catch (thrown) {
    await close()
    await running.stop({ keep: true })
    throw thrown
  }
  written?.started(running.engine)
  if (!options.json) terminal.out(printStart(terminal, running, options.observe))
  telling.begin()
  if (!options.json) void advice(setting, options.config).then((text) => terminal.out(text))
  setting.onHangUp?.(() => void reloaded(setting, running, options))
  return {
    async stop(keep) {
      await close()
      const stop = () => running.stop({ keep })
      await (written ? written.stopped(running.engine, stop) : stop())
    },
  }
}

const LOG = 'the log'

/** A guard that only looks on, or stands beside the usual one, writes none. */
async function logOf(
  setting: Setting,
  { observe, socket, config }: UpOptions,
  onFault: (fault: Fault | undefined) => void,
): Promise<WrittenLog | undefined> {
  if (observe || socket !== SOCKET) return undefined
  const { writtenLog } = await import('./written-log.ts')
  return writtenLog(setting, [setting.stockFolder, ...config], onFault)
}

/** The guard's own socket, and Fail2ban's. @throws Fault `control.running` */
async function served(
  { world, stockFolder }: Setting,
  running: Guard,
  asked: Asked,
  { socket, fail2banSocket, log }: UpOptions & { readonly log: GuardLog | undefined },
): Promise<readonly ControlServer[]> {
  const own = [await serve(asked, world, socket), serveMetrics(running, asked, world)]
  const path = fail2banSocket ?? running.prepared.configuration.server.socket
  // A second guard beside the usual one does not take its name.
  if (fail2banSocket === undefined && socket !== SOCKET && path === FAIL2BAN_SOCKET) return own
  return [...own, await serveFail2ban(running, asked, { world, path, stockFolder, log })]
}

interface Telling {
  hear(event: Event): void
  /** What happened before comes now. */
  begin(): void
}

function tellingOf({ terminal, world }: Setting, { json, observe }: UpOptions): Telling {
  let early: Event[] | undefined = []
  const print = (event: Event) => {
    if (json) terminal.out(printJson(event))
    else if (worthTelling(event)) terminal.out(printEvent(terminal, event, world.clock.now(), observe))
  }
  return {
    hear: (event) => (early ? void early.push(event) : print(event)),
    begin() {
      for (const event of early ?? []) print(event)
      early = undefined
    },
  }
}

/** What comes of it is told by events. */
async function reloaded({ terminal }: Setting, running: Guard, { json }: UpOptions): Promise<void> {
  try {
    const result = await running.reload()
    if (result.done && !json) terminal.out(printNotes(terminal, result.notes))
  } catch (thrown) {
    running.engine.fault(asFault(thrown, 'reload.failed'), 'reload')
  }
}

async function replaced({ world }: Setting, { socket }: UpOptions): Promise<void> {
  try {
    await end(world, socket, true)
  } catch (thrown) {
    if (asFault(thrown, 'stop.failed').code !== 'control.absent') throw thrown
  }
}

async function inTime({ world }: Setting, stopped: Promise<void>): Promise<void> {
  const slow = new Promise<never>((_, reject) => {
    const fault = new Fault('up.slow-stop', `something hangs, and was given up after ${STOP_MS / 1000} s`)
    world.clock.after(STOP_MS, () => reject(fault))
  })
  await Promise.race([stopped, slow])
}

function notRoot(): Fault {
  return new Fault('up.not-root', 'guarding this host needs root: the firewall and the logs belong to it', {
    hint: 'run: sudo rampart up   (or watch only: rampart up --observe)',
  })
}

/** The start says what is read; after it, only changes are worth a line. */
function worthTelling({ kind }: Event): boolean {
  return kind !== 'start' && kind !== 'stop'
}

function printStop({ why, keep }: Ending, { observe }: UpOptions): string {
  return `\nstopping (${why})${observe || keep ? '' : ': the bans are lifted and come back with the next start'}\n`
}
