/** Whom a jail bans that did nothing. Rules: `lint.bans-visitors`, `lint.forged-sender`, `lint.catches-a-word`. */
import { printDuration } from '../../base/duration.ts'
import type { Finding } from './finding.ts'
import { FORGED } from './kernel-lines.ts'
import { allLines } from './lines-for.ts'
import { PEER } from './log-piece.ts'
import type { LogLine } from './nginx-lines.ts'
import { nameOf, placeOf, placeOfExpression, type Subject, written } from './subject.ts'

/** So few of them, and an ordinary page is enough. */
const FEW = 2
/** With a ban of a day, a handful is few too. */
const FEW_FOR_LONG = 5
const LONG = 86400

export function visitorRule(subject: Subject): readonly Finding[] {
  if (subject.filter.maxlines > 1) return []
  const lines = allLines(subject)
  return [...bansVisitors(subject, lines), ...forgedSender(subject, lines), ...catchesWord(subject, lines)]
}

/** A packet that asks for no answer may come from anywhere. */
function forgedSender(subject: Subject, lines: readonly LogLine[]): readonly Finding[] {
  const { jail, tries } = subject
  const hit = lines.find((line) => line.what === FORGED && tries.line(line.text()).id === PEER)
  const matched = hit && tries.line(hit.text()).matched
  const text = matched === undefined ? undefined : subject.filter.failregex[matched]
  if (!hit || text === undefined) return []
  return [
    {
      code: 'lint.forged-sender',
      severity: 'warning',
      jail: jail?.name,
      at: placeOfExpression(subject, 'failregex', text),
      message: `${nameOf(subject)} counts UDP packets: an attacker can have anyone banned`,
      why: 'Any sender can be written into such a packet; the first one of a TCP connection is no better, but can be counted with care.',
      source: { text, from: 0, to: text.length },
      example: { line: hit.text(), does: `counts against ${PEER}, who may never have sent it` },
      better: String.raw`count TCP packets that open a connection alone: \[UFW BLOCK\] IN=\S+ OUT=\S* .*SRC=<ADDR> DST=\S+ .*PROTO=TCP .* SYN`,
    },
  ]
}

function bansVisitors(subject: Subject, lines: readonly LogLine[]): readonly Finding[] {
  const { jail, tries } = subject
  if (!jail) return []
  const { maxretry, bantime, findtime } = jail.options
  const long = bantime < 0 || bantime >= LONG
  if (maxretry > (long ? FEW_FOR_LONG : FEW)) return []
  const hit = lines.find((line) => {
    const { id, ignored } = line.visitor ? tries.line(line.text()) : NOBODY
    return id === PEER && ignored === undefined
  })
  if (!hit) return []
  const option = written(subject, 'maxretry')
  const text = `maxretry = ${maxretry}`
  return [
    {
      code: 'lint.bans-visitors',
      severity: 'warning',
      jail: jail.name,
      at: placeOf(subject, 'maxretry'),
      message: `${nameOf(subject)} bans ordinary visitors: ${maxretry === 1 ? 'one such line is' : `${maxretry} such lines within ${printDuration(findtime)} are`} enough`,
      why: `It counts what nobody does on purpose: ${hit.what}.${long ? ` The ban lasts ${bantime < 0 ? 'for ever' : printDuration(bantime)}.` : ''}`,
      source: option && { text, from: 'maxretry = '.length, to: text.length },
      example: { line: hit.text(), does: `counts against ${PEER}` },
      better: BETTER[hit.kind],
    },
  ]
}

const BETTER: Readonly<Record<LogLine['kind'], string>> = {
  access: 'maxretry = 30 with findtime = 10m, or expressions for what no visitor asks for (see filter nginx-botsearch)',
  error: 'maxretry = 10 or more, or expressions for what no visitor causes',
  kernel: 'count packets that open a TCP connection alone (... PROTO=TCP ... SYN), as the stock filter ufw does',
}

const NOBODY = { id: undefined, ignored: undefined }

/** A word of a line that stands where an address should. */
function catchesWord(subject: Subject, lines: readonly LogLine[]): readonly Finding[] {
  for (const line of lines) {
    const { id, kind, matched } = subject.tries.line(line.text())
    if (kind !== 'dns' || matched === undefined) continue
    const text = subject.filter.failregex[matched]!
    return [
      {
        code: 'lint.catches-a-word',
        severity: 'warning',
        jail: subject.jail?.name,
        at: placeOfExpression(subject, 'failregex', text),
        message: `${nameOf(subject)}: an expression takes "${id}" for a host name`,
        why: '<HOST> also takes words that could be names of hosts; no address is found then, and with usedns = yes that name is looked up.',
        source: { text, from: Math.max(0, text.indexOf('<HOST>')), to: Math.max(0, text.indexOf('<HOST>')) + 6 },
        example: { line: line.text(), does: `gives "${id}"` },
        better: 'write <ADDR> in the place of <HOST>, or usedns = no',
      },
    ]
  }
  return []
}
