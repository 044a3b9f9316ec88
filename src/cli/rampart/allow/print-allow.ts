/** What `rampart allow` says. */
import { printable } from '../../../base/printable.ts'
import { paint, printFault, type Terminal, table, wrap } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import type { AllowedIn } from './allow-file.ts'
import type { Told } from './put-in-force.ts'

export function printAllowed({ terminal }: Setting, lists: readonly AllowedIn[]): string {
  const allowed = lists.flatMap((list) => list.allowed)
  const faults = lists.flatMap((list) => list.faults)
  const rows = allowed.map(({ network, comment, at }) => [network.text, comment, `${at.file}:${at.line}`])
  const head = ['address', 'comment', 'where'].map((text) => ({ text, colour: 'dim' as const }))
  const told = rows.length === 0 ? 'nobody is allowed by name\n' : table(terminal, [head, ...rows])
  return told + faults.map((fault) => paint(terminal, 'yellow', printFault(fault))).join('')
}

export function printEdits({ terminal }: Setting, all: readonly Told[], remove: boolean): string {
  const lines = all.flatMap((told) => [
    `${paint(terminal, isWell(told, remove) ? 'green' : 'yellow', told.address)}  ${said(told, remove)}`,
    ...told.lifted.map(({ address, jail }) => `  ${whose(told, address)}no longer banned by ${printable(jail)}`),
    ...told.left.map(({ address, jail, why }) => {
      const what = `${whose(told, address)}still banned by ${printable(jail)}: ${printable(why)}`
      return `  ${paint(terminal, 'yellow', wrap(terminal, what, 2))}`
    }),
  ])
  return lines.map((line) => `${line}\n`).join('') + guardWords(terminal, all, remove)
}

function isWell({ change, guard, spared, left }: Told, remove: boolean): boolean {
  return remove ? change === 'removed' : left.length === 0 && (guard === 'absent' || spared !== null)
}

function said(told: Told, remove: boolean): string {
  const { change, within, spared } = told
  const where = printable(`${told.file}:${told.line}`)
  if (!remove) {
    const words = { added: 'is never banned from now on', commented: 'has another comment', none: 'is allowed already' }
    return `${words[change === 'removed' ? 'none' : change]} (${where})`
  }
  const still =
    within !== null
      ? `still allowed as a part of ${within} (${where})`
      : spared === null
        ? ''
        : `still never banned: ${printable(spared)}`
  if (change === 'removed') return still === '' ? 'may be banned again' : `is taken out; ${still}`
  return still === '' ? 'was not allowed by name' : `has no entry of its own; ${still}`
}

/** The network that is lifted may be another than the one that was named. */
function whose(told: Told, address: string): string {
  return told.address === address ? '' : `${address}: `
}

function guardWords(terminal: Terminal, all: readonly Told[], remove: boolean): string {
  if (all.every(({ guard }) => guard === 'absent')) {
    return remove ? 'no guard is running\n' : 'no guard is running: it holds from the next start\n'
  }
  if (remove || all.every(({ spared }) => spared !== null)) return ''
  const what = 'the running guard does not read this file: it was started with another --config'
  return `${paint(terminal, 'yellow', wrap(terminal, what, 0))}\n`
}
