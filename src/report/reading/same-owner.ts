/** Rule 4: owners that stand in the table under several AS numbers. */
import { percent } from '../../chart/amount.ts'
import { classed, type Owner, owners } from './classed.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { type Subject, sum } from './subject.ts'
import { listed, name, numbered, say, type Words } from './words.ts'

/** Together with less than this an owner is not named. */
const LEAST = 3
/** Owners that are named, and AS numbers of each. */
const NAMED = 5
const PARTS = 3

export function sameOwner({ org, classes }: Subject): Sentence[] {
  const rows = classed(org, classes)
  const all = sum(rows)
  const several = owners(rows).filter((owner) => owner.rows.length > 1 && owner.count >= LEAST)
  if (several.length === 0) return []
  const spelled = ({ owner, rows: of, count }: Owner): Words =>
    say`${name(owner)} ${count} (${percent(count / all)}; ${listed(
      of.map(({ key, count: one }) => say`${name(key)} ${one}`),
      PARTS,
    )})`
  const text = say`${numbered(several.length, 'owner appears', 'owners appear')} under more than one AS number, and in more than one row: ${listed(several.map(spelled), NAMED)}.`
  const numbers = { owners: several.length, first: several[0]!.count }
  return [
    sentence(
      'owners',
      text,
      numbers,
      evidence(
        'org',
        several.flatMap((owner) => owner.rows),
      ),
    ),
  ]
}
