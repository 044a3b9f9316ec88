/** Commands as `-d` prints them; for a jail that is skipped, the reason in Fail2ban's words, since scripts look for them. */

import { repr } from '../../base/python-repr.ts'
import type { Command, Word } from '../../config/commands/command.ts'
import type { JailCommands } from '../../config/commands/jail-commands.ts'
import type { Misread } from '../../config/list.ts'

export function words(command: Command, jails: readonly JailCommands[]): readonly Word[] {
  const [verb, name] = command.words
  if (verb !== 'config-error') return command.words
  const jail = jails.find((one) => one.name === name)
  return [verb, `Jail '${name}' skipped, because of wrong configuration: ${jail ? reason(jail) : ''}`]
}

function reason({ refusal, fatal }: JailCommands): string {
  if (!refusal) return fatal[0]?.message ?? ''
  const { why, reference } = refusal
  switch (why) {
    case 'no-filter':
      return `Unable to read the filter ${repr(reference)}`
    case 'no-action':
      return `Unable to read action ${repr(reference)}`
    case 'bad-filter':
      return `Invalid filter definition ${repr(reference)}: ${misread(refusal.misread)}`
    case 'bad-action':
      return `Invalid action definition ${repr(reference)}: ${misread(refusal.misread)}`
    default:
      return why satisfies never
  }
}

function misread(at: Misread | undefined): string {
  if (at?.at === undefined) return 'unexpected option syntax'
  if (at.after === undefined) return `expected option, wrong syntax at ${at.at}: ${at.rest}`
  return `unexpected syntax at ${at.at} after option ${repr(at.after)}: ${at.rest}`
}
