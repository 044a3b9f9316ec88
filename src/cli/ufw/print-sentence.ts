/** A rule as the sentence that makes it again, as `ufw show added` prints it. */
import { addressText, type End, printRate, type Rule } from '../../firewall/rules/rule.ts'

/** Without `ufw`, quoted for a shell: `allow from 192.0.2.0/24 to any port 22 proto tcp comment 'the office'`. */
export function printSentence(rule: Rule, options?: Naming): string {
  const { to, from, comment } = rule
  const quote = (word: string, index: number, words: readonly string[]) => {
    const isComment = comment !== undefined && index === words.length - 1
    const isProfile = word.includes(' ') && (word === to.profile || word === from.profile)
    return isComment || isProfile ? `'${word}'` : word
  }
  return sentenceWords(rule, options).map(quote).join(' ')
}

interface Naming {
  /** Names its family's any address, so that no rule of the other family is made beside it. */
  readonly oneFamily?: boolean
}

/** The same, word for word as a program is called. */
export function sentenceWords(rule: Rule, { oneFamily = false }: Naming = {}): readonly string[] {
  const { path, action, rate, log, comment } = rule
  const interfaces = interfaceWords(rule)
  return [
    ...(path === 'forward' ? ['route'] : []),
    action,
    ...(rate ? [printRate(rate)] : []),
    ...(path === 'out' && interfaces.length === 0 ? ['out'] : interfaces),
    ...(log === 'none' ? [] : [log]),
    ...(isSimple(rule) && !oneFamily ? [simpleWord(rule)] : clauseWords(rule, oneFamily)),
    ...(comment === undefined ? [] : ['comment', comment]),
  ]
}

function interfaceWords({ inInterface, outInterface }: Rule): readonly string[] {
  return [
    ...(inInterface === undefined ? [] : ['in', 'on', inInterface]),
    ...(outInterface === undefined ? [] : ['out', 'on', outInterface]),
  ]
}

/** Nothing but a port or profile that is reached. */
function isSimple(rule: Rule): boolean {
  const { to, from } = rule
  return (
    interfaceWords(rule).length === 0 &&
    !hasAddress(rule, to) &&
    hasPort(to) &&
    !hasAddress(rule, from) &&
    !hasPort(from)
  )
}

function simpleWord({ to, protocol }: Rule): string {
  return to.profile ?? (protocol === 'any' ? to.ports : `${to.ports}/${protocol}`)
}

function clauseWords(rule: Rule, oneFamily: boolean): readonly string[] {
  const { from, to, protocol } = rule
  const clauses = [...endWords(rule, 'from', oneFamily), ...endWords(rule, 'to')]
  const isBare = clauses.length === 0 && interfaceWords(rule).length === 0
  const hasProfile = from.profile !== undefined || to.profile !== undefined
  return [
    ...clauses,
    ...(isBare ? ['to', 'any'] : []),
    ...(protocol === 'any' || hasProfile ? [] : ['proto', protocol]),
  ]
}

function endWords(rule: Rule, side: 'from' | 'to', isNamed = false): readonly string[] {
  const end = rule[side]
  const hasName = isNamed || hasAddress(rule, end)
  if (!hasName && !hasPort(end)) return []
  const address = [side, hasName ? addressText(end, rule.family) : 'any']
  if (end.profile !== undefined) return [...address, 'app', end.profile]
  return hasPort(end) ? [...address, 'port', end.ports] : address
}

function hasAddress({ family }: Rule, end: End): boolean {
  return addressText(end, family) !== (family === 4 ? '0.0.0.0/0' : '::/0')
}

function hasPort({ ports, profile }: End): boolean {
  return profile !== undefined || ports !== 'any'
}
