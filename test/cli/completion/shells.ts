/** Real shells that complete: what they offer, and what stands in the line behind a key. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printCompletion, type Shell } from '../../../src/cli/completion/completion.ts'
import { grammar } from '../../../src/cli/rampart/command.ts'
import type { Setting } from '../../../src/cli/setting.ts'
import { until } from '../../lab/lab.ts'

/** false, or why it cannot be tried here. */
export function skipOf(shell: Shell): string | false {
  return spawnSync(shell, ['--version']).status === 0 ? false : `${shell} is not installed`
}

export const PARSER = grammar({ terminal: {}, version: '' } as unknown as Setting, () => {})

/** A folder with the script, and a `rampart` on the path that answers for the guard. */
export class Shells {
  readonly folder = mkdtempSync(join(tmpdir(), 'rampart-completion-'))

  /** @param names what `rampart __complete` prints, by what it is asked for */
  constructor(names: Readonly<Record<string, readonly string[]>>) {
    mkdirSync(this.#path('bin'))
    mkdirSync(this.#path('work'))
    mkdirSync(this.#path('site'))
    writeFileSync(this.#path('site/_rampart'), printCompletion('zsh', PARSER))
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      writeFileSync(this.#path(shell), printCompletion(shell, PARSER))
    }
    for (const [what, lines] of Object.entries(names)) {
      writeFileSync(this.#path(what), lines.map((line) => `${line}\n`).join(''))
    }
    const answer = `#!/bin/sh\nshift 2\nfor what; do cat '${this.folder}'/"$what"; done\n`
    writeFileSync(this.#path('bin/rampart'), answer)
    chmodSync(this.#path('bin/rampart'), 0o755)
    writeFileSync(this.#path('work/some file.log'), '')
    mkdirSync(this.#path('work/folder'))
  }

  close(): void {
    rmSync(this.folder, { recursive: true })
  }

  /** What bash's function leaves in COMPREPLY for each line; the last word is the one that is written. */
  bashReplies(lines: readonly (readonly string[])[]): readonly (readonly string[])[] {
    const asked = lines.map((words) => {
      const quoted = words.map((word) => `'${word}'`).join(' ')
      return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; COMP_LINE='${words.join(' ')}'; COMP_POINT=\${#COMP_LINE}
        _rampart; printf '%s\\n' "\${COMPREPLY[@]}"; echo '--'`
    })
    const printed = this.#run('bash', ['--norc', '-c', `source '${this.#path('bash')}'\n${asked.join('\n')}`])
    return printed
      .split('--\n')
      .slice(0, -1)
      .map((part) => part.split('\n').filter((line) => line !== ''))
  }

  /** What fish offers for a line, without the descriptions. */
  fishReplies(line: string): readonly string[] {
    const quoted = line.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
    const printed = this.#run('fish', ['-N', '-c', `source '${this.#path('fish')}'; complete -C '${quoted}'`])
    return printed.split('\n').flatMap((one) => (one === '' ? [] : one.split('\t')[0]!))
  }

  /** What stands in the line after each was typed and Tab pressed, in a terminal. */
  async typed(shell: 'bash' | 'zsh', lines: readonly string[]): Promise<readonly string[]> {
    const out = this.#path('lines')
    rmSync(out, { force: true })
    const [start, words] = shell === 'bash' ? [this.#bashStart(out), '--norc -i'] : [this.#zshStart(out), '-f -i']
    const child = spawn('script', ['-qec', `${shell} ${words}`, '/dev/null'], {
      env: this.#env(),
      cwd: this.#path('work'),
    })
    child.stdout.resume()
    try {
      child.stdin.write(`${start}\n`)
      await until('the shell is ready', () => existsSync(this.#path('ready')))
      rmSync(this.#path('ready'))
      const seen = () => (existsSync(out) ? readFileSync(out, 'utf8').split('\0').slice(0, -1) : [])
      for (const [index, line] of lines.entries()) {
        child.stdin.write(`${line}${shell === 'bash' ? '\t' : ''}\x14`)
        await until(`${shell} completes ${line}`, () => seen().length > index, 30_000)
      }
      return seen()
    } finally {
      child.kill('SIGKILL')
    }
  }

  /** The third word of each line, as the shell itself reads it. */
  readBack(shell: 'bash' | 'zsh', lines: readonly string[]): readonly string[] {
    const asked = lines.map((line) => `third ${line}`)
    const third = `third() { printf '%s\\0' "$3"; }`
    return this.#run(shell, [shell === 'bash' ? '--norc' : '-f', '-c', [third, ...asked].join('\n')])
      .split('\0')
      .slice(0, -1)
  }

  /** One key completes, another shows. */
  #bashStart(out: string): string {
    const show = `show() { printf '%s\\0' "$READLINE_LINE" >>'${out}'; READLINE_LINE=; }`
    const keys = `bind 'set bell-style none'; bind -x '"\\C-t": show'`
    return `PS1=; source '${this.#path('bash')}'; ${show}; ${keys}; touch '${this.#path('ready')}'`
  }

  /** One key does both: zsh leaves off completing where the next key is there already. */
  #zshStart(out: string): string {
    const show = `show() { zle complete-word; print -rn -- "$BUFFER" >>'${out}'; printf '\\0' >>'${out}'; BUFFER=; }`
    const keys = `zle -N show; bindkey '^T' show; ready() { touch '${this.#path('ready')}'; }; zle -N zle-line-init ready`
    const start = 'PS1=; LISTMAX=-1; unsetopt beep; autoload -Uz compinit; compinit -D -u'
    const load = `fpath=('${this.#path('site')}' $fpath)`
    return `${load}; ${start}; ${show}; ${keys}`
  }

  #run(program: string, words: readonly string[]): string {
    return execFileSync(program, words, {
      env: this.#env(),
      cwd: this.#path('work'),
      encoding: 'utf8',
      timeout: 60_000,
    })
  }

  #env(): NodeJS.ProcessEnv {
    const { folder } = this
    return { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, TERM: 'dumb', LC_ALL: 'C.UTF-8', COLUMNS: '500' }
  }

  #path(name: string): string {
    return join(this.folder, name)
  }
}
