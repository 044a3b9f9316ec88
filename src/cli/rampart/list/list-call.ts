/** What the commands of lists have in common. */
import { Fault } from '../../../base/fault.ts'
import { printable } from '../../../base/printable.ts'
import { ufwPaths } from '../../../config/ufw/paths.ts'
import { isListName } from '../../../firewall/list/address-list.ts'
import type { Rule } from '../../../firewall/rules/rule.ts'
import { addedSentences } from '../../ufw/added.ts'

export interface ListOptions {
  readonly json?: boolean
  /** Stands before the paths of all of UFW's files. */
  readonly datadir?: string
}

export function pathsOf({ datadir = '' }: ListOptions) {
  return ufwPaths(datadir)
}

/** @throws Fault `list.name` */
export function checkName(name: string): void {
  if (isListName(name)) return
  throw new Fault('list.name', `'${printable(name)}' cannot be the name of a list`, {
    hint: 'letters, digits and _ . - behind the first, 40 at most',
  })
}

export function absent(name: string): Fault {
  return new Fault('list.absent', `there is no list '${name}'`, { hint: 'rampart list' })
}

/** The rules that name it, as the sentences that made them. */
export function usesOf(rules: readonly Rule[], name: string): readonly string[] {
  return addedSentences(rules.filter(({ from, to }) => from.list === name || to.list === name))
}

export function counted(count: number, what: string, plural = `${what}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? what : plural}`
}
