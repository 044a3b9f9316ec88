/** All rules for a jail or a filter, in the order in which their findings are told. */
import { hostRule } from './host-rule.ts'
import { ignoreRule } from './ignore-rule.ts'
import { logRule } from './log-rule.ts'
import { optionRule } from './option-rule.ts'
import { slowRule } from './slow-rule.ts'
import type { Rule } from './subject.ts'
import { visitorRule } from './visitor-rule.ts'

export const RULES: readonly Rule[] = [logRule, hostRule, ignoreRule, visitorRule, slowRule, optionRule]
