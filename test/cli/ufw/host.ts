/** A host for ufw's commands: files in a folder of their own, the kernel of this namespace, a person who answers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Setting } from '../../../src/cli/setting.ts'
import { ufw } from '../../../src/cli/ufw/ufw.ts'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import { readUfw } from '../../../src/config/ufw/read-ufw.ts'
import { printTuple } from '../../../src/config/ufw/tuple.ts'
import { realWorld } from '../../../src/world/real.ts'
import type { World } from '../../../src/world/world.ts'

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Host {
  readonly folder: string
  /** Says a sentence, words parted by blanks. @param answer typed at a question; undefined: stdin is empty */
  say(sentence: string, answer?: string): Promise<Said>
  /** Of both families, as the files have them. */
  tuples(): readonly string[]
  state(): ReturnType<typeof readUfw>['state']
  write(path: string, text: string, mode?: number): void
}

/** @param change to what a command is given */
export function openHost(change: (world: World) => Partial<Setting> = () => ({})): Host {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-ufw-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const world = realWorld()
  const say: Host['say'] = async (sentence, answer) => {
    const [out, err]: [string[], string[]] = [[], []]
    const terminal = {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      colour: false,
      columns: undefined,
    }
    const setting: Setting = {
      ...{ world, terminal, version: '0', pid: process.pid, isRoot: true, stockFolder: '', readerCommand: [] },
      input: () => lines(answer),
      stopped: new Promise(() => {}),
      ...change(world),
    }
    const code = await ufw({ ...setting, terminal: { ...terminal, columns: setting.terminal.columns } }, [
      `--datadir=${folder}`,
      ...sentence.split(' '),
    ])
    // Where the tests' files stand.
    return { code, out: out.join(''), err: err.join('').replace('WARN: /tmp is world writable!\n', '') }
  }
  const state = () => readUfw(world, ufwPaths(folder)).state
  return {
    folder,
    say,
    state,
    tuples: () => state().rules.map((rule) => `${rule.family} ${printTuple(rule)}`),
    write(path, text, mode = 0o640) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text, { mode })
    },
  }
}

async function* lines(answer: string | undefined): AsyncIterable<Uint8Array> {
  if (answer !== undefined) yield new TextEncoder().encode(`${answer}\n`)
}
