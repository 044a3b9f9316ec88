/** Bytes of a log as text, by the names that Python has for encodings. */
import { Fault } from '../../base/fault.ts'

export interface Decoder {
  decode(bytes: Buffer, start?: number, end?: number): string
  readonly isUtf8: boolean
}

/** @throws Fault `regex-command.encoding` */
export function decoder(name: string): Decoder {
  const plain = name.toLowerCase().replace(/[\s_]+/g, '-')
  if (/^(?:utf-?8|u8|utf|cp65001)(?:-ucs[24])?$/.test(plain)) return utf8()
  if (/^(?:us-)?ascii$|^646$|^ansi-x3\.4-19(?:68|86)$/.test(plain)) return ascii()
  if (/^(?:latin-?1?|l1|iso-?8859-?1|8859|cp819|iso8859)$/.test(plain)) return latin1()
  return byLabel(name, plain)
}

function utf8(): Decoder {
  return { decode: (bytes, start, end) => bytes.toString('utf8', start, end), isUtf8: true }
}

function ascii(): Decoder {
  return {
    decode: (bytes, start, end) => bytes.toString('latin1', start, end).replace(/[\x80-\xff]/g, '\ufffd'),
    isUtf8: false,
  }
}

function latin1(): Decoder {
  return { decode: (bytes, start, end) => bytes.toString('latin1', start, end), isUtf8: false }
}

/** The Encoding Standard has other names, and calls Windows' code pages by theirs. */
function byLabel(name: string, plain: string): Decoder {
  for (const label of [
    plain,
    plain.replace(/^(?:cp-?|windows-?)(\d+)$/, 'windows-$1'),
    plain.replace(/^iso(\d)/, 'iso-$1'),
  ]) {
    try {
      const decoder = new TextDecoder(label, { ignoreBOM: true })
      return {
        decode: (bytes, start, end) => decoder.decode(bytes.subarray(start, end)),
        isUtf8: false,
      }
    } catch {}
  }
  throw new Fault('regex-command.encoding', `unknown encoding: ${name}`)
}
