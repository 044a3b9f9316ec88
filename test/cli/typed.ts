/** A command line as somebody types it, with what it prints; nothing but files is touched. */
import { fileURLToPath } from 'node:url'
import { rampart } from '../../src/cli/rampart/command.ts'
import type { Setting } from '../../src/cli/setting.ts'
import { realWorld } from '../../src/world/real.ts'

export interface Typed {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What was printed at once, in order. */
  readonly parts: readonly string[]
}

export interface Around {
  /** Standard input, as it comes in. */
  readonly input?: readonly (string | Uint8Array)[] | AsyncIterable<Uint8Array>
  readonly columns?: number
  readonly colour?: boolean
  readonly typed?: boolean
  readonly stockFolder?: string
  /** Hears what is printed when it is. */
  readonly onOut?: (text: string) => void
}

export type Face = (setting: Setting, words: readonly string[]) => Promise<number>

/** `rampart WORD...` */
export function typed(words: readonly string[], around?: Around): Promise<Typed> {
  return typedTo(rampart, words, around)
}

export async function typedTo(face: Face, words: readonly string[], around: Around = {}): Promise<Typed> {
  const parts: string[] = []
  let err = ''
  const { input = [], columns, colour = false, stockFolder = STOCK } = around
  const code = await face(
    {
      world: realWorld(),
      terminal: {
        out: (text) => {
          parts.push(text)
          around.onOut?.(text)
        },
        err: (text) => {
          err += text
        },
        colour,
        columns,
      },
      ...{ version: '0.0.0', pid: 1, isRoot: false, stockFolder, readerCommand: [] },
      input: () => (Array.isArray(input) ? chunks(input) : (input as AsyncIterable<Uint8Array>)),
      typed: () => around.typed === true,
      stopped: new Promise(() => {}),
    },
    words,
  )
  return { code, out: parts.join(''), err, parts }
}

const STOCK = fileURLToPath(new URL('../../config', import.meta.url))

async function* chunks(input: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const one of input) yield typeof one === 'string' ? new TextEncoder().encode(one) : one
}
