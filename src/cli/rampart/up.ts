/** `rampart up`: the guard in the foreground, told in a few calm lines. */
import { printDuration } from '../../base/duration.ts'
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { type ControlServer, serve } from '../../control/socket.ts'
import { type Guard, guard } from '../../engine/build.ts'
import type { Event } from '../../engine/event.ts'
import type { Status } from '../../engine/status.ts'
import { type Cell, paint, type Terminal, table, wrap } from '../print.ts'
import type { Setting } from '../setting.ts'
import { advice } from './advice.ts'
import { printEvent } from './event.ts'

export interface UpOptions {
  readonly observe: boolean
  readonly single: boolean
  readonly keepBans: boolean
  readonly state: string
  readonly config: readonly string[]
  readonly socket: string
  readonly json?: boolean
}

/** Runs until the program is told to stop. @returns 0 */
export async function up(setting: Setting, options: UpOptions): Promise<number> {
  const { terminal, world } = setting
  /** What happens before the head is printed comes after it. */
  let early: Event[] | undefined = []
  const show = (event: Event) => {
    if (early) early.push(event)
    else print(event)
  }
  const print = (event: Event) => {
    if (options.json) terminal.out(`${JSON.stringify(event)}\n`)
    else if (worthTelling(event)) terminal.out(printEvent(terminal, event, world.clock.now(), options.observe))
  }
  if (!options.observe && !setting.isRoot) throw notRoot()
  const running = await guard(world, { ...setting, ...options, hear: show })
  let control: ControlServer | undefined
  try {
    if (!options.observe) control = await serve(running.engine, world.files, options.socket)
    await running.ready()
  } catch (thrown) {
    await control?.close()
    await running.stop({ keep: true })
    throw thrown
  }
  if (!options.json) terminal.out(printStart(terminal, running, options))
  for (const event of early) print(event)
  early = undefined
  if (!options.json) void advice(setting, options.config).then((text) => terminal.out(text))
  const why = await setting.stopped
  if (!options.json)
    terminal.out(
      `\nstopping (${why})${options.observe || options.keepBans ? '' : ': the bans are lifted and come back with the next start'}\n`,
    )
  await control?.close()
  await running.stop({ keep: options.keepBans })
  return 0
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

function printStart(terminal: Terminal, { engine, notes, host }: Guard, { observe }: UpOptions): string {
  const status = engine.status()
  const verb = observe ? 'observes' : 'guards'
  const lines = [paint(terminal, 'bold', `Rampart ${status.version} ${verb} ${printable(host)}`)]
  if (observe) lines.push('It changes nothing in the kernel and tells whom it would ban.')
  // Without a log is the jail of bans by hand: it counts nothing.
  const counting = status.jails.filter(({ logs }) => logs.length > 0)
  const rows = counting.map((jail): (string | Cell)[] => [
    `  ${jail.name}`,
    jail.logs.map(({ log }) => printable(log)).join(', '),
    { text: `${jail.maxretry} in ${printDuration(jail.findtime)}`, colour: 'dim' },
  ])
  const ends = observe ? 'Ctrl-C ends it.' : 'Ctrl-C ends it. Ask it from another terminal: rampart status'
  return [
    ...lines,
    table(terminal, rows).trimEnd(),
    ...notesOf(terminal, notes),
    ...sparedOf(terminal, status),
    ends,
    '',
    '',
  ].join('\n')
}

function notesOf(terminal: Terminal, notes: readonly string[]): string[] {
  return notes.map((note) => paint(terminal, 'yellow', `  ${wrap(terminal, printable(note), 4)}`))
}

function sparedOf(terminal: Terminal, { spared }: Status): string[] {
  return spared.length > 0 ? [`  ${wrap(terminal, `never banned: ${spared.map(printable).join(', ')}`, 4)}`] : []
}
