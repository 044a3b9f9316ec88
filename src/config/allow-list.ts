/**
 * Who is never banned by the admin's word, whatever a jail says: a file of `rampart allow` in a folder of the configuration,
 * an address or a network a line, with a comment behind `#`. It stands beside the jails' `ignoreip`, since a jail that sets
 * an ignoreip of its own leaves out that of [DEFAULT].
 */
import { type Network, parseNetwork, printNetwork } from '../base/address.ts'
import { Fault, type Place } from '../base/fault.ts'
import { placed } from './placed.ts'

/** In a folder of the configuration. */
export const ALLOW_FILE = 'allow.list'

export interface Allowed {
  readonly network: Network
  /** Without its `#`; empty if there is none. */
  readonly comment: string
  readonly at: Required<Place>
}

export interface AllowList {
  /** In the order of the file. */
  readonly allowed: readonly Allowed[]
  /** `allow.bad-address`, `allow.too-wide`, `allow.too-many`: these lines allow nobody. */
  readonly faults: readonly Fault[]
}

/** All of them are gone through when the host is looked at. */
const MOST = 10_000
/** More are of a file that is no such list. */
const MOST_FAULTS = 20
const MOST_OF_A_WORD = 60
const MOST_OF_A_COMMENT = 200

/** Never throws. */
export function parseAllowList(text: string, file: string): AllowList {
  const allowed: Allowed[] = []
  const faults: Fault[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const at = { file, line: index + 1 }
    const { word, comment } = partsOf(line)
    if (word === '') continue
    if (allowed.length >= MOST || faults.length >= MOST_FAULTS) {
      const what = faults.length >= MOST_FAULTS ? 'too much of it is no address' : `it holds more than ${MOST} lines`
      faults.push(new Fault('allow.too-many', `${file}: ${what}: nobody is allowed from here on`, { at }))
      break
    }
    try {
      allowed.push({ network: allowable(word), comment, at })
    } catch (thrown) {
      faults.push(placed(thrown, 'this line allows nobody', at))
    }
  }
  return { allowed, faults }
}

/** @throws Fault `allow.bad-address`, `allow.too-wide` */
export function allowable(word: string): Network {
  const network = parseNetwork(word)
  if (!network) {
    const shown = word.length > MOST_OF_A_WORD ? `${word.slice(0, MOST_OF_A_WORD)}…` : word
    throw new Fault('allow.bad-address', `"${shown}" is not an address or a network`, {
      hint: 'write it as 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/64',
    })
  }
  const narrowest = network.family === 4 ? 8 : 19
  if (network.prefix >= narrowest) return network
  throw new Fault('allow.too-wide', `${printNetwork(network)} is wider than /${narrowest}: that is half the internet`, {
    hint: 'allow narrower networks, one by one',
  })
}

/** @throws Fault `allow.bad-comment` */
export function goodComment(comment: string): string {
  const text = comment.trim()
  if (!/\p{C}/u.test(text) && text.length <= MOST_OF_A_COMMENT) return text
  throw new Fault('allow.bad-comment', 'the comment is not one short line', {
    hint: `up to ${MOST_OF_A_COMMENT} characters, none of them a line break or another control character`,
  })
}

/** The file's text with this entry; one of the same network gets the comment. */
export function withAllowed(text: string, network: Network, comment: string): string {
  const line = `${printNetwork(network)}${comment === '' ? '' : `  # ${comment}`}`
  const lines = linesOf(text === '' ? HEAD : text)
  const known = lines.findIndex((one) => isOf(one, network))
  if (known < 0) return joined([...lines, line])
  return joined(lines.map((one, index) => (index === known ? line : one)))
}

/** The file's text without this entry; empty if nobody is allowed then. */
export function withoutAllowed(text: string, network: Network): string {
  const lines = linesOf(text).filter((one) => !isOf(one, network))
  return lines.every((line) => line === '' || linesOf(HEAD).includes(line)) ? '' : joined(lines)
}

const HEAD = `# Never banned by Rampart, whatever a jail says: an address or a network a line.
# Written by: rampart allow ADDRESS, rampart allow --remove ADDRESS. What is changed here holds at once.
`

function isOf(line: string, network: Network): boolean {
  const { word } = partsOf(line)
  return word !== '' && parseNetwork(word)?.text === network.text
}

function partsOf(line: string): { readonly word: string; readonly comment: string } {
  const hash = line.indexOf('#')
  const word = hash < 0 ? line : line.slice(0, hash)
  return { word: word.trim(), comment: hash < 0 ? '' : line.slice(hash + 1).trim() }
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n')
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
