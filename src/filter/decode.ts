/** Bytes of a log as text, by the names that Python has for encodings. What is none of the encoding becomes U+FFFD. */
import { Fault } from '../base/fault.ts'
import { bufferOf } from './plain-scan.ts'

/** Of all bytes, or of those from `start` up to `end`. */
export type Decode = (bytes: Uint8Array, start?: number, end?: number) => string

/**
 * @param encoding as a filter's `logencoding` has it; `auto` is UTF-8
 * @throws Fault `filter.encoding` for one that is not known
 */
export function decoder(encoding: string): Decode {
  const name = plain(encoding)
  if (UTF8.test(name)) return (bytes, start, end) => bufferOf(bytes).toString('utf8', start, end)
  if (LATIN1.test(name)) return latin1
  if (ASCII.test(name)) return (bytes, start, end) => latin1(bytes, start, end).replace(/[\x80-\xff]/g, '\ufffd')
  const known = labels(name)
    .map(byLabel)
    .find((one) => one !== undefined)
  if (!known) {
    const hint = 'write logencoding = auto, utf-8, latin1 or another that Python knows'
    throw new Fault('filter.encoding', `no encoding is named "${encoding}"`, { hint })
  }
  const decode: Decode = (bytes, start, end) => known.decode(bytes.subarray(start, end))
  // WHATWG gives the bytes that a code page leaves out to the control characters, Python to nobody.
  if (!CODE_PAGE.test(known.encoding)) return decode
  return (bytes, start, end) => decode(bytes, start, end).replace(CONTROL, '\ufffd')
}

/** Whether bytes can be compared with UTF-8's without being decoded. */
export function isUtf8(encoding: string): boolean {
  return UTF8.test(plain(encoding))
}

function plain(encoding: string): string {
  return encoding
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
}

const UTF8 = /^(?:auto|utf-?8|u8|utf|cp65001)(?:-ucs[24])?$/
/** WHATWG's latin1, which TextDecoder means, is another. */
const LATIN1 = /^(?:latin-?1?|l1|iso-?8859-?1|iso8859|8859|cp819)$/
const ASCII = /^(?:us-)?ascii$|^646$|^ansi-x3\.4-19(?:68|86)$/
const CODE_PAGE = /^windows-125\d$/
const CONTROL = /[\x80-\x9f]/g

function latin1(bytes: Uint8Array, start?: number, end?: number): string {
  return bufferOf(bytes).toString('latin1', start, end)
}

/** The Encoding Standard has other names, and calls Windows' code pages by theirs. */
function labels(name: string): readonly string[] {
  return [name, name.replace(/^(?:cp-?|windows-?)(\d+)$/, 'windows-$1'), name.replace(/^iso(\d)/, 'iso-$1')]
}

function byLabel(label: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(label, { ignoreBOM: true })
  } catch {
    return undefined
  }
}
