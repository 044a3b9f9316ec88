/** What the word LOG means: a file, standard input, the journal, or lines of the word itself. */
import { asFault } from '../../base/fault.ts'
import { parseReference } from '../../config/list.ts'
import { isPacked, unpacked } from '../../source/unpacked.ts'
import type { EpochMs } from '../../world/clock.ts'
import { journalLines } from '../log/journal-lines.ts'
import { fileLines, streamLines, type TellBytes } from '../log/whole-lines.ts'
import type { Setting } from '../setting.ts'
import { short } from './ask.ts'
import { type Decoder, decoder } from './decode.ts'

export type Log =
  | {
      readonly kind: 'bytes'
      readonly decoder: Decoder
      /** @param buffer where the bytes had best lie */
      read(buffer: Uint8Array, tell: TellBytes): Promise<void>
    }
  | { readonly kind: 'text'; readonly lines: readonly string[] }
  | { readonly kind: 'journal'; read(tell: (line: string, time: EpochMs) => void): Promise<void> }

export interface LogOptions {
  readonly encoding: string
  readonly maxlines: number
  readonly journalmatch: readonly string[]
  readonly say: (line: string) => void
}

export function isJournal(word: string): boolean {
  return word.startsWith('systemd-journal')
}

/** @throws Fault `file.*`, `config.bad-parameters`, `regex-command.encoding` */
export function logOf(setting: Setting, word: string, options: LogOptions): Log {
  const { say } = options
  if (word === '-') {
    say('Use         log file : -')
    say(`Use         encoding : ${options.encoding}`)
    return {
      kind: 'bytes',
      decoder: decoder(options.encoding),
      read: (_, tell) => streamLines(unpacked(setting.input(), setting.world.files.gunzip), tell),
    }
  }
  if (isFile(setting, word)) return fileLog(setting, word, options)
  if (isJournal(word)) return journalLog(setting, word, options)
  return textLog(word, options)
}

function isFile({ world }: Setting, path: string): boolean {
  try {
    return world.files.stat(path)?.kind === 'file'
  } catch (thrown) {
    // A long line is no path.
    if (asFault(thrown, 'file.failed').code === 'file.denied') return true
    return false
  }
}

function fileLog({ world }: Setting, path: string, { encoding, say }: LogOptions): Log {
  const file = world.files.open(path)
  const decode = decoder(encoding)
  say(`Use         log file : ${path}`)
  say(`Use         encoding : ${encoding}`)
  return {
    kind: 'bytes',
    decoder: decode,
    async read(buffer, tell) {
      const head = new Uint8Array(2)
      file.read(head, 0)
      if (isPacked(head)) await streamLines(unpacked(world.files.stream(path), world.files.gunzip), tell)
      else fileLines(file, buffer, tell)
      file.close()
    },
  }
}

function journalLog(setting: Setting, word: string, { encoding, journalmatch, say }: LogOptions): Log {
  const { parameters } = parseReference(word)
  say('Use         systemd journal')
  say(`Use         encoding : ${encoding}`)
  if (journalmatch.length > 0) say(`Use    journal match : ${journalmatch.join(' ')}`)
  return { kind: 'journal', read: (tell) => journalLines(setting.world.run, { parameters, journalmatch }, tell) }
}

function textLog(word: string, { maxlines, say }: LogOptions): Log {
  if (maxlines <= 1 && !word.includes('\n')) {
    say(`Use      single line : ${short(word)}`)
    return { kind: 'text', lines: [word] }
  }
  const lines = word.split('\n')
  say(`Use      multi line : ${lines.length} line(s)`)
  for (const [index, line] of lines.slice(0, SHOWN_LINES).entries()) {
    say(`| ${String(index + 1).padStart(2)}: ${short(line)}`)
  }
  if (lines.length > SHOWN_LINES) say('| ...')
  say('`-')
  return { kind: 'text', lines }
}

const SHOWN_LINES = 5
