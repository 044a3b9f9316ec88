/**
 * `ignoreip = file:PATH`: addresses and networks in a file of their own, read again when it changes. A word that is none is
 * told; a file that cannot be read is told too, and what it said before holds.
 */
import { parseNetwork } from '../../base/address.ts'
import { asFault, Fault } from '../../base/fault.ts'
import { type IgnoreList, type IgnoreTable, ignoreTable } from '../../jail/ignore.ts'
import { turn } from '../../store/turn.ts'
import type { Files, Stat } from '../../world/files.ts'

export interface IgnoreFilesParts {
  readonly files: Pick<Files, 'stat' | 'text'>
  /** @param fault undefined: all of it is well now */
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

interface Known {
  /** What it was when it was last read; undefined: it could not be. */
  readonly state: string | undefined
  readonly table: IgnoreTable
}

export class IgnoreFiles {
  readonly #parts: IgnoreFilesParts
  #known: ReadonlyMap<string, Known> = new Map()
  #looking: Promise<void> = Promise.resolve()

  constructor(parts: IgnoreFilesParts) {
    this.#parts = parts
  }

  /** Spares nobody until it is read. */
  listOf(path: string): IgnoreList {
    return (network) => this.#known.get(path)?.table.why(network)
  }

  /** From here on exactly these; those that are new or have changed are read, a part at a time. Never rejects. */
  look(paths: Iterable<string>): Promise<void> {
    const wanted = new Set(paths)
    this.#looking = this.#looking.then(() => this.#look(wanted))
    return this.#looking
  }

  async #look(paths: ReadonlySet<string>): Promise<void> {
    const known = new Map([...this.#known].filter(([path]) => paths.has(path)))
    for (const path of paths) {
      const before = known.get(path)
      const state = this.#stateOf(path)
      if (before && before.state === state) continue
      known.set(path, { state, table: await this.#read(path, state, before?.table ?? ignoreTable()) })
    }
    this.#known = known
  }

  #stateOf(path: string): string | undefined {
    try {
      return stateOf(this.#parts.files.stat(path))
    } catch {
      return undefined
    }
  }

  async #read(path: string, state: string | undefined, before: IgnoreTable): Promise<IgnoreTable> {
    const { files, onTrouble } = this.#parts
    try {
      if (state === undefined) throw new Fault('file.absent', `${path} is not there, or is no file`)
      const { table, wrong } = await tableOf(files.text(path), `it stands in ${path} (ignoreip)`)
      onTrouble(path, wrong.length === 0 ? undefined : misspelt(path, wrong))
      return table
    } catch (thrown) {
      const { message } = asFault(thrown, 'file.failed')
      const hint = before.size > 0 ? 'what it said before still holds' : 'it spares nobody so far'
      onTrouble(path, new Fault('ignore.no-file', `ignoreip = file:${path}: ${message}`, { hint }))
      return before
    }
  }
}

function stateOf(stat: Stat | undefined): string | undefined {
  if (stat?.kind !== 'file') return undefined
  return [stat.device, stat.inode, stat.size, stat.modifiedMs].join(' ')
}

/** Lines between two turns of everything else: 10 ms. */
const AT_ONCE = 1000

async function tableOf(
  text: string,
  why: string,
): Promise<{ readonly table: IgnoreTable; readonly wrong: readonly string[] }> {
  const table = ignoreTable()
  const wrong: string[] = []
  let lines = 0
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, end < 0 ? text.length : end)
    at = end < 0 ? text.length : end + 1
    for (const word of line.replace(/[#;].*/, '').split(/[\s,]+/)) {
      if (word === '') continue
      const network = parseNetwork(word)
      if (network) table.add(network, why)
      else wrong.push(word)
    }
    if (++lines % AT_ONCE === 0) await turn()
  }
  return { table, wrong }
}

function misspelt(path: string, wrong: readonly string[]): Fault {
  const some = wrong.slice(0, 3).map((word) => `"${word.slice(0, 50)}"`)
  const more = wrong.length > some.length ? ` and ${wrong.length - some.length} more` : ''
  return new Fault('ignore.no-address', `${path}: ${some.join(', ')}${more} is no address or network and spares nobody`)
}
