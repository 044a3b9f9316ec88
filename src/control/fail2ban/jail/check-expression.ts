/** Whether an expression is one: asked before anything is changed by it. */
import { asFault } from '../../../base/fault.ts'
import { expression } from '../../../filter/regex/expression.ts'
import { watch } from '../../../filter/regex/watch.ts'
import { expandTags } from '../../../filter/tags.ts'
import { raised } from '../python.ts'
import type { JailModel } from './jail-model.ts'

/** @param shown as Fail2ban shows it @returns the names of its groups @throws Fault: RegexException */
export function checkExpression(python: string, { usedns, values }: JailModel, shown: string): readonly string[] {
  const maxlines = Number(values.get('maxlines'))
  try {
    const { groups } = expression(expandTags(python, usedns), maxlines > 1 ? { multiline: true } : {}, watch(maxlines))
    return groups
  } catch (thrown) {
    const { message } = asFault(thrown, 'regex.failed')
    throw raised('RegexException', `Unable to compile regular expression '${shown}':\n${message}`)
  }
}
