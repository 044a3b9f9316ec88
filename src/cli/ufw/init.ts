/**
 * `ufw-init`, which the unit ufw.service and scripts of old call: what `systemctl start|stop|restart ufw` mean. The files stay
 * as they are, so a firewall that was stopped comes back with the next boot.
 */
import { asFault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import { ufwPaths } from '../../config/ufw/paths.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import { isActive } from '../../firewall/rules/apply.ts'
import type { Setting } from '../setting.ts'
import { isPassing } from '../unit-jobs.ts'
import type { Call } from './call.ts'
import { runScript } from './init-scripts.ts'
import { changeKernel } from './kernel-change.ts'
import { dataFolder } from './options.ts'
import { ufw } from './ufw.ts'

const USAGE = 'Usage: ufw-init {start|stop|restart|force-reload|force-stop|flush-all|status}\n'
const UNIT = 'ufw.service'
/** Beside `stop`: the unit says it. */
const BY_UNIT = '--by-unit'
/** Of `status`. Source: Linux Standard Base, init script actions. */
const NOT_RUNNING = 3

/** @returns the exit code: 0 also where nothing was to be done */
export async function ufwInit(setting: Setting, words: readonly string[]): Promise<number> {
  const { terminal } = setting
  const verb = words.find((word) => !word.startsWith('-'))
  const act = verb === undefined ? undefined : ACTS[verb]
  if (!act) {
    terminal.out(USAGE)
    return 1
  }
  try {
    return await act(setting, words)
  } catch (thrown) {
    const fault = asFault(thrown, 'ufw.failed')
    terminal.err(`ERROR: ${fault.message.split('\n').map(printable).join('\n')}\n`)
    return 1
  }
}

type Act = (setting: Setting, words: readonly string[]) => Promise<number>

const ACTS: Readonly<Record<string, Act>> = {
  start: async (setting, words) => {
    const { world, terminal } = setting
    const isEnabled = enabled(setting, words)
    if (!isEnabled) terminal.out('Skip starting firewall: ufw (not enabled)\n')
    else if (await isActive(world)) terminal.out("Firewall already started, use 'force-reload'\n")
    else return load(setting, words)
    return 0
  },
  stop: async (setting, words) => {
    if (!enabled(setting, words)) setting.terminal.out('Skip stopping firewall: ufw (not enabled)\n')
    else if (!words.includes(BY_UNIT) || !(await isPassing(setting.world, UNIT))) return unload(setting, words)
    return 0
  },
  restart: load,
  'force-reload': load,
  'force-stop': unload,
  // Of other programs' rules, which the original takes away with its own, none is touched.
  'flush-all': async (setting, words) => {
    await unload(setting, words)
    await runScript(setting.world, ufwPaths(dataFolder(words)), 'after', 'flush-all')
    return 0
  },
  status: async ({ world, terminal }) => {
    const isRunning = await isActive(world)
    terminal.out(`Firewall is ${isRunning ? '' : 'not '}running\n`)
    return isRunning ? 0 : NOT_RUNNING
  },
}

function enabled({ world }: Setting, words: readonly string[]): boolean {
  return readUfw(world, ufwPaths(dataFolder(words))).state.enabled
}

/** As `ufw reload`, which says more. */
function load(setting: Setting, words: readonly string[]): Promise<number> {
  const folder = words.filter((word) => word.startsWith('-') && word !== BY_UNIT)
  return ufw({ ...setting, terminal: { ...setting.terminal, out: () => {} } }, [...folder, 'reload'])
}

async function unload(setting: Setting, words: readonly string[]): Promise<number> {
  const paths = ufwPaths(dataFolder(words))
  const sentence = {
    command: { kind: 'disable' },
    dryRun: false,
    force: true,
    json: false,
    rollback: undefined,
  } as const
  const call: Call = { setting, paths, sentence, said: 'ufw-init stop', warn: () => {} }
  await underLock(setting.world, paths, ({ state }) =>
    changeKernel(call, { next: state, kernel: 'unload', told: '', dry: '' }),
  )
  return 0
}
