/** Bytes of a log as text, by a filter's `logencoding`. What is none of its encoding becomes U+FFFD, as Fail2ban reads it. */
import { Fault } from '../base/fault.ts'
import { bufferOf } from './plain-scan.ts'

export type Decode = (bytes: Uint8Array) => string

/**
 * @param encoding as Python names it; `auto` is UTF-8
 * @throws Fault `filter.encoding` for one that is not known
 */
export function decoder(encoding: string): Decode {
  const name = encoding.trim().toLowerCase().replaceAll('_', '-')
  if (UTF8.test(name)) return decodeUtf8
  if (LATIN1.test(name)) return (bytes) => bufferOf(bytes).toString('latin1')
  if (ASCII.test(name))
    return (bytes) =>
      bufferOf(bytes)
        .toString('latin1')
        .replace(/[\x80-\xff]/g, '\ufffd')
  try {
    const decode = new TextDecoder(name.replace(/^cp-?(125\d)$/, 'windows-$1'), { ignoreBOM: true })
    // WHATWG gives the bytes that a code page leaves out to the control characters, Python to nobody.
    if (CODE_PAGE.test(decode.encoding)) return (bytes) => decode.decode(bytes).replace(CONTROL, '\ufffd')
    return (bytes) => decode.decode(bytes)
  } catch (cause) {
    throw new Fault('filter.encoding', `no encoding is named "${encoding}"`, {
      hint: 'write logencoding = auto, utf-8, latin1 or another that Python knows',
      cause,
    })
  }
}

const UTF8 = /^(auto|utf-?8|u8)$/
/** WHATWG's latin1, which TextDecoder means, is another. */
const LATIN1 = /^(latin-?1?|iso-?8859-1|l1|8859|cp819)$/
const CODE_PAGE = /^windows-125\d$/
const CONTROL = /[\x80-\x9f]/g
const ASCII = /^(us-)?ascii$|^646$/

function decodeUtf8(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('utf8')
}
