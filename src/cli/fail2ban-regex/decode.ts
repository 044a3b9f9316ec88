/** What `-e` names: any encoding that a filter's `logencoding` may have, but `auto`, which is no encoding. */
import { asFault, Fault } from '../../base/fault.ts'
import { type Decode, decoder as decoderOf, isUtf8 } from '../../filter/decode.ts'

export interface Decoder {
  readonly decode: Decode
  readonly isUtf8: boolean
}

/** @throws Fault `regex-command.encoding` */
export function decoder(name: string): Decoder {
  try {
    if (name.toLowerCase() !== 'auto') return { decode: decoderOf(name), isUtf8: isUtf8(name) }
  } catch (thrown) {
    if (asFault(thrown, 'filter.encoding').code !== 'filter.encoding') throw thrown
  }
  throw new Fault('regex-command.encoding', `unknown encoding: ${name}`)
}
