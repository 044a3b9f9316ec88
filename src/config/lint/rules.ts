/** All rules for a jail or a filter. The first counts steps and needs no time limit: it tells which others will. */
import { hostRule } from './host-rule.ts'
import { ignoreRule } from './ignore-rule.ts'
import { logRule } from './log-rule.ts'
import { optionRule } from './option-rule.ts'
import { slowRule } from './slow-rule.ts'
import type { Rule } from './subject.ts'
import { visitorRule } from './visitor-rule.ts'

export const RULES: readonly Rule[] = [slowRule, logRule, hostRule, ignoreRule, visitorRule, optionRule]
