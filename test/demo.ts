/**
 * `sudo npm run demo`: the whole story in about a minute, in a private sandbox: a real nginx in one network namespace,
 * visitors and attackers in another. All that it shows happens: requests by curl, the guard's events, the kernel's sets.
 */
import { asFault } from '../src/base/fault.ts'
import { printable } from '../src/base/printable.ts'
import { paint } from '../src/cli/print.ts'
import { figures } from './demo/figures.ts'
import { INDENT } from './demo/row.ts'
import * as scenes from './demo/scenes.ts'
import { Screen } from './demo/screen.ts'
import { Stage } from './demo/stage.ts'
import { Lab, noLab } from './lab/lab.ts'

// What the story had still in hand when it was ended is of no interest any more.
process.exit(await demo())

/** @returns 0 if the story was played to its end, 1 if it could not be, 130 if it was ended by Ctrl-C */
async function demo(): Promise<number> {
  const why = noDemo()
  if (why !== undefined) {
    process.stderr.write(`rampart: ${why.message}\n  ${why.hint}\n`)
    return 1
  }
  let stage: Stage | undefined
  const screen = new Screen(() => (stage ? footer(stage) : ''))
  const ended = stopped()
  let lab: Lab | undefined
  try {
    intro(screen)
    lab = await Lab.open()
    stage = new Stage(lab, screen)
    const end = await Promise.race([play(stage), ended])
    screen.close()
    if (end === undefined) return 0
    screen.terminal.out(' ended; the sandbox is removed\n')
    return 130
  } catch (thrown) {
    screen.close()
    const problem = asFault(thrown, 'demo.failed')
    screen.terminal.err(`rampart: the demo stopped: ${printable(problem.message)}\n`)
    return 1
  } finally {
    stage?.visitors.leave()
    await lab?.close()
  }
}

function noDemo(): { readonly message: string; readonly hint: string } | undefined {
  if (process.getuid!() !== 0) {
    return {
      message: 'the demo needs root for the network namespaces of its sandbox',
      hint: 'run: sudo npm run demo',
    }
  }
  const why = noLab()
  if (why === undefined) return undefined
  const hint = why.includes('namespaces')
    ? 'in a container: start it with --privileged, or run the demo on the machine itself'
    : 'run: sudo npm run demo   (it installs what is missing on Debian and Ubuntu)'
  return { message: `the demo cannot run: ${why.replace('the lab needs', 'it needs')}`, hint }
}

async function play(stage: Stage): Promise<undefined> {
  await scenes.theGuardStarts(stage)
  await scenes.aScannerLooksForDoors(stage)
  await scenes.aGuesserTriesPasswords(stage)
  await scenes.fiveToolsAtOnce(stage)
  await scenes.aBotnetComes(stage)
  await scenes.theGuardIsKilled(stage)
  await scenes.theAdminAsksAndForgives(stage)
  await stage.close()
  outro(stage)
  const { refused } = stage.visitors
  if (refused > 0) throw new Error(`${refused} requests of visitors were not answered, and none should be`)
}

function intro({ terminal }: Screen): void {
  const lines = [
    paint(terminal, 'bold', ' Rampart guards a server: a minute in a sandbox'),
    paint(terminal, 'dim', ' Two network namespaces, a real nginx, real requests, the real nftables.'),
    paint(terminal, 'dim', ' Nothing of this machine is touched. Ctrl-C ends it.'),
  ]
  terminal.out(`\n${lines.join('\n')}\n\n`)
}

function outro(stage: Stage): void {
  const { screen, ledger } = stage
  const { terminal } = screen
  const next = `${paint(terminal, 'bold', ' Next')}   ${paint(terminal, 'bold', 'sudo npm start')}   guards this machine in the same way, until Ctrl-C`
  const faults = ledger.faults.map((fault) => paint(terminal, 'red', `${INDENT}fault: ${printable(fault)}`))
  terminal.out(`${[...figures(stage), ...faults, '', next, ''].join('\n')}\n`)
}

/** What is true at every moment, below the scene that plays. */
function footer({ screen: { terminal }, start, visitors, ledger }: Stage): string {
  const seconds = Math.floor((performance.now() - start) / 1000)
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  const dim = (text: string) => paint(terminal, 'dim', text)
  const attackers = dim(
    `attackers ${ledger.attackers.length}   banned ${ledger.all().length}   visits ${visitors.asked}`,
  )
  const refused = `refused ${visitors.refused}`
  return ` ${dim(clock)}   ${attackers}   ${visitors.refused === 0 ? dim(refused) : paint(terminal, 'red', refused)}`
}

/** Resolves when this program shall end. */
function stopped(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
  })
}
