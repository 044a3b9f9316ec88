/** Rule 3: organisations that scan the Internet and say so, known by AS number. */
import { percent } from '../../chart/amount.ts'
import { classed, type Owner, ofClass, owners } from './classed.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { type Subject, sum } from './subject.ts'
import { listed, name, noun, say, type Words } from './words.ts'

export function scanners(subject: Subject): Sentence[] {
  const { org, classes } = subject
  const rows = classed(org, classes)
  const found = ofClass(rows, 'research-scanner')
  const [count, all] = [sum(found), sum(rows)]
  if (count === 0) return []
  const text = say`${count} of the ${all} ${noun(all, org.unit)} with a known organisation (${percent(count / all)}) belong to organisations that scan the Internet and say so: ${listed(owners(found).map(spelled))}. Such organisations commonly publish how to be left out of their scans; who wants to stay in them puts their networks on ignoreip.`
  return [sentence('scanners', text, { count, of: all }, evidence('org', found))]
}

/** With its parts where there are several, so that the sum can be checked. */
function spelled({ owner, rows, count }: Owner): Words {
  if (rows.length === 1) return say`${name(owner)} ${count} (${name(rows[0]!.key)})`
  return say`${name(owner)} ${count} (${listed(rows.map((row) => say`${name(row.key)} ${row.count}`))})`
}
