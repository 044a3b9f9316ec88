/** Targets that change the packet or what the kernel notes of it. Source: iptables-extensions(8), MARK, CONNMARK, TCPMSS, TTL, HL, DSCP, CLASSIFY. */
import { Fault } from '../../../base/fault.ts'
import { dscpClass } from './match-packet.ts'
import { hex, readMarked, readNumber } from './numbers.ts'
import { cannot, type Given, options, type Target } from './option.ts'
import { TCP } from './protocols.ts'

const CHANGES = ['set-mark', 'set-xmark', 'and-mark', 'or-mark', 'xor-mark'] as const
const CHANGE_OPTIONS = CHANGES.map((name) => `${name} MARK`)

const mark: Target = { options: options(...CHANGE_OPTIONS), compile: (given) => changed(given, 'meta mark') }

const connmark: Target = {
  options: options(...CHANGE_OPTIONS, 'save-mark', 'restore-mark', 'nfmask MASK', 'ctmask MASK', 'mask MASK'),
  compile: (given, scope) => {
    const isSave = given.has('save-mark')
    if (!isSave && !given.has('restore-mark')) return changed(given, 'ct mark')
    const mask = (name: string) => {
      const text = given.value(name) ?? given.value('mask') ?? '0xffffffff'
      const value = readNumber(text, 0xffffffff)
      if (value === undefined) throw given.bad(given.has(name) ? name : 'mask', 'is no mask')
      return value
    }
    const [to, from] = isSave ? [mask('ctmask'), mask('nfmask')] : [mask('nfmask'), mask('ctmask')]
    if (to !== 0xffffffff) {
      throw cannot(`${given.title} under a mask`, scope.at, 'keep the whole mark: leave --mask out')
    }
    const under = from === 0xffffffff ? '' : ` & ${hex(from)}`
    return isSave ? `ct mark set meta mark${under}` : `meta mark set ct mark${under}`
  },
}

const tcpmss: Target = {
  options: options('set-mss SIZE', 'clamp-mss-to-pmtu'),
  compile: (given, scope) => {
    if (scope.protocol?.number !== TCP || scope.protocol.not) {
      throw new Fault('frame.protocol', `${given.title} needs -p tcp`, { at: scope.at })
    }
    if (given.has('clamp-mss-to-pmtu')) return 'tcp option maxseg size set rt mtu'
    const size = readNumber(given.must('set-mss').values[0]!, 65535)
    if (size === undefined) throw given.bad('set-mss', 'is no size')
    return `tcp option maxseg size set ${size}`
  },
}

function hops(name: string, field: string, family: 4 | 6): Target {
  return {
    options: options(`${name}-set NUMBER`, `${name}-dec NUMBER`, `${name}-inc NUMBER`),
    tables: ['mangle'],
    compile: (given, scope) => {
      given.refuse(`${name}-dec`, `${name}-inc`)
      const number = readNumber(given.must(`${name}-set`).values[0]!, 255)
      if (number === undefined || scope.family !== family)
        throw given.bad(`${name}-set`, `is no value for IPv${scope.family}`)
      return `${field} set ${number}`
    },
  }
}

const dscp: Target = {
  options: options('set-dscp NUMBER', 'set-dscp-class CLASS'),
  tables: ['mangle'],
  compile: (given, scope) => {
    const byClass = given.value('set-dscp-class')
    const value = byClass === undefined ? readNumber(given.must('set-dscp').values[0]!, 63) : dscpClass(byClass)
    if (value === undefined)
      throw given.bad(byClass === undefined ? 'set-dscp' : 'set-dscp-class', 'is no value of DSCP')
    return `${scope.family === 4 ? 'ip' : 'ip6'} dscp set ${hex(value)}`
  },
}

const classify: Target = {
  options: options('set-class CLASS'),
  tables: ['mangle'],
  compile: (given) => {
    const text = given.must('set-class').values[0]!
    if (!/^[\da-f]{1,4}:[\da-f]{1,4}$/i.test(text)) throw given.bad('set-class', 'is no class', 'write 1:10')
    return `meta priority set ${text.toLowerCase()}`
  },
}

export const MARKS: readonly (readonly [string, Target])[] = [
  ['MARK', mark],
  ['CONNMARK', connmark],
  ['TCPMSS', tcpmss],
  ['TTL', hops('ttl', 'ip ttl', 4)],
  ['HL', hops('hl', 'ip6 hoplimit', 6)],
  ['DSCP', dscp],
  ['CLASSIFY', classify],
]

/** The new mark is the old one without the bits of `clear`, those of `turn` turned over. */
function changed(given: Given, field: string): string {
  const [name, second] = CHANGES.filter((each) => given.has(each))
  if (name === undefined || second !== undefined)
    throw given.bad(
      second ?? 'set-mark',
      `${given.title} takes one of ${CHANGES.map((each) => `--${each}`).join(', ')}`,
    )
  const { clear, turn } = bitsOf(given, name)
  if (clear === 0xffffffff) return `${field} set ${hex(turn)}`
  return `${field} set ${field} & ${hex(~clear)} ^ ${hex(turn)}`
}

function bitsOf(given: Given, name: (typeof CHANGES)[number]): { readonly clear: number; readonly turn: number } {
  const text = given.value(name)!
  const found = readMarked(text)
  const hasMask = text.includes('/')
  if (!found || (hasMask && name !== 'set-mark' && name !== 'set-xmark'))
    throw given.bad(name, 'is no mark', 'write 0x1')
  const { value, mask: under } = found
  switch (name) {
    case 'set-mark':
      return { clear: (under | value) >>> 0, turn: value }
    case 'set-xmark':
      return { clear: under, turn: value }
    case 'and-mark':
      return { clear: ~value >>> 0, turn: 0 }
    case 'or-mark':
      return { clear: value, turn: value }
    case 'xor-mark':
      return { clear: 0, turn: value }
    default:
      return name satisfies never
  }
}
