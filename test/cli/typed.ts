/** A command line of `rampart` as somebody types it, with what it prints; nothing but files is touched. */
import { rampart } from '../../src/cli/rampart/command.ts'
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
  /** Hears what is printed when it is. */
  readonly onOut?: (text: string) => void
}

export async function typed(words: readonly string[], around: Around = {}): Promise<Typed> {
  const parts: string[] = []
  let err = ''
  const { input = [], columns, colour = false } = around
  const code = await rampart(
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
      ...{ version: '0.0.0', pid: 1, isRoot: false, stockFolder: 'config', readerCommand: [] },
      input: () => (Array.isArray(input) ? chunks(input) : (input as AsyncIterable<Uint8Array>)),
      typed: () => around.typed === true,
      stopped: new Promise(() => {}),
    },
    words,
  )
  return { code, out: parts.join(''), err, parts }
}

async function* chunks(input: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const one of input) yield typeof one === 'string' ? new TextEncoder().encode(one) : one
}
