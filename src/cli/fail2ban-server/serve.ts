/** The guard as Fail2ban's server: in the foreground, until it is told to stop. */
import { asFault, type Fault } from '../../base/fault.ts'
import { readServer } from '../../config/read-server.ts'
import type { ServerSettings } from '../../config/settings.ts'
import { serveFail2ban } from '../../control/fail2ban/socket.ts'
import { serveMetrics } from '../../control/serve-metrics.ts'
import { serve as serveRampart } from '../../control/socket.ts'
import { guard } from '../../engine/life/build.ts'
import type { Guard } from '../../engine/life/guard.ts'
import { GuardLog } from '../../engine/log/guard-log.ts'
import {
  namesOf,
  tellBeginning,
  tellEvent,
  tellStarted,
  tellStopped,
  tellStopping,
} from '../../engine/log/life-lines.ts'
import { complainTo } from '../fail2ban-client/complain.ts'
import type { Client } from '../fail2ban-client/instance.ts'
import { withPlace } from '../print.ts'
import { serviceManager } from '../service-manager.ts'
import { type Places, placesOf } from './places.ts'

/** The answer to who had it stop is on its way meanwhile. */
const ANSWER_MS = 100
/** Whatever hangs, it is over then. */
const STOP_MS = 9000

/** @returns whether it ended as it was told */
export async function serve(client: Client): Promise<boolean> {
  const { setting, options, folders } = client
  const { world } = setting
  setting.rename?.(options.pname ?? 'fail2ban-server')
  const complain = complainTo(setting)
  if (!setting.isRoot) {
    complain('Guarding this host needs root: the firewall and the logs belong to it')
    return false
  }
  try {
    const settings = { ...readServer(world, folders).server, ...options.server }
    await guarded(client, placesOf(client), settings)
    return true
  } catch (thrown) {
    const fault = asFault(thrown, 'server.failed')
    complain(`${withPlace(fault)}${fault.hint === undefined ? '' : ` (${fault.hint})`}`)
    return false
  }
}

async function guarded(client: Client, places: Places, settings: ServerSettings): Promise<void> {
  const { setting, options, folders, socket, pidfile } = client
  const { world, pid } = setting
  const service = serviceManager(world, setting.env ?? {})
  const asked = Promise.withResolvers<boolean>()
  const told = Promise.race([setting.stopped.then(() => false), asked.promise])
  const ref: { running?: Guard } = {}
  const log = logOf(client, settings, (fault) => {
    if (fault) ref.running?.engine.fault(fault, LOG)
    else ref.running?.engine.over(LOG)
  })
  tellBeginning(log)
  const isNamed = options.folder !== undefined
  const [stockFolder, config] = isNamed ? [undefined, folders] : [folders[0], folders.slice(1)]
  const running = await guard(world, {
    ...{ version: setting.version, pid, readerCommand: setting.readerCommand, log },
    ...(setting.selfCommand && { selfCommand: setting.selfCommand }),
    ...{ observe: false, single: false, chooses: options.chooses, state: places.state, instance: places.instance },
    stockFolder,
    config,
    hear: (event) => tellEvent(log, event),
  })
  ref.running = running
  const ends: (() => Promise<void> | void)[] = []
  const stop = async (keep: boolean) => {
    tellStopping(log)
    for (const end of ends) await end()
    const names = namesOf(running.engine)
    await running.stop({ keep })
    tellStopped(log, names)
    log.close()
  }
  const asks = {
    engine: running.engine,
    reload: (jail?: string) => running.reload(jail),
    stop: (keep = false) => void world.clock.after(ANSWER_MS, () => asked.resolve(keep)),
  }
  try {
    world.files.makeFolder(pidfile.replace(/\/[^/]*$/, '') || '/', 0o755)
    world.files.write(pidfile, `${pid}\n`, 0o600)
    ends.push(() => world.files.remove(pidfile))
    ends.unshift((await serveRampart(asks, world, places.control)).close, serveMetrics(running, asks, world).close)
    for (const fault of running.prepared.faults) {
      const what = `Failed during configuration: ${withPlace(fault)}`
      complainTo(setting)(what)
      log.say('fail2ban.server', 'ERROR', what)
    }
    for (const note of running.notes) log.say('fail2ban.server', 'INFO', note)
    tellStarted(log, namesOf(running.engine))
    await running.ready()
    ends.unshift((await serveFail2ban(running, asks, { world, path: socket, stockFolder, log })).close)
  } catch (thrown) {
    await stop(true)
    throw thrown
  }
  setting.onHangUp?.(
    () => void running.reload().catch((thrown) => running.engine.fault(asFault(thrown, 'reload.failed'))),
  )
  setting.onReopen?.(() => void log.reopen())
  setting.terminal.out('Server ready\n')
  service.ready()
  const keep = await told
  service.stopping()
  await inTime(client, stop(keep))
}

const LOG = 'the log'

/** A log that cannot be written keeps nobody from guarding. */
function logOf({ setting }: Client, server: ServerSettings, onFault: (fault: Fault | undefined) => void): GuardLog {
  const { world, terminal, pid } = setting
  const { loglevel: level, logtarget, syslogsocket: syslogSocket } = server
  const open = (target: string) =>
    new GuardLog({ world, pid, streams: terminal, onFault }, { level, target, syslogSocket })
  try {
    return open(logtarget)
  } catch (thrown) {
    const fault = asFault(thrown, LOG)
    if (fault.code === 'log.bad-level') throw fault
    complainTo(setting)(`Failed to change log target: ${withPlace(fault)}`)
    return open('STDERR')
  }
}

async function inTime({ setting: { world } }: Client, stopped: Promise<void>): Promise<void> {
  await Promise.race([stopped, new Promise<void>((resolve) => void world.clock.after(STOP_MS, resolve))])
}
