/** An export applied changes nothing: no transaction in the kernel, no byte of a file, after scripts of commands of every kind. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { test } from 'node:test'
import { random } from '../../../fuzz/random.ts'
import { rampart } from '../../../src/cli/rampart/command.ts'
import { shellWords } from '../../../src/config/commands/shell-words.ts'
import { realWorld } from '../../../src/world/real.ts'
import type { World } from '../../../src/world/world.ts'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { ROOT } from '../../lab/lab.ts'
import { type Host, openHost } from '../ufw/host.ts'
import { randomCommands } from '../ufw/random-commands.ts'

const HARNESS = resolve(ROOT, process.env['RAMPART_VERDICTS'] ?? '../shared/verdicts')
const SCRIPTS = [join(HARNESS, 'scripts'), join(ROOT, 'test/verdicts/scripts')].flatMap((folder) =>
  globSync('*.ufw', { cwd: folder }).map((name) => join(folder, name)),
)
const SEEDS = process.env['RAMPART_ALL'] ? 40 : 4

inNamespace(import.meta.filename, () => {
  for (const path of SCRIPTS.sort()) {
    test(`after ${basename(path)}`, async () => {
      const host = openHost()
      for (const line of readFileSync(path, 'utf8').split('\n')) {
        // Where a script has a shell do something, that is left out.
        const words = /^ufw /.test(line) ? wordsOf(line) : []
        if (words.length > 1) await say(host, words.slice(1))
      }
      await unchanged(host)
    })
  }

  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`after 25 random commands ${seed}`, async () => {
      const host = openHost()
      for (const { words, input } of randomCommands(25, random(seed))) await say(host, words, input.trim())
      await unchanged(host)
    })
  }
})

function wordsOf(line: string): readonly string[] {
  try {
    return shellWords(line)
  } catch {
    return []
  }
}

/** Words with blanks in them are the host's to part: they are left out. */
async function say(host: Host, words: readonly string[], answer = 'y'): Promise<void> {
  if (words.some((word) => /\s/.test(word) || word === '')) return
  await host.say(words.join(' '), answer)
}

async function unchanged(host: Host): Promise<void> {
  const before = everything(host)
  const file = await firewall(host, ['export'])
  assert.deepEqual([file.code, file.err], [0, ''])
  const { code, out, err, sent } = await firewall(host, ['apply', '-'], file.out)
  assert.deepEqual({ code, out, err, sent }, { code: 0, out: 'Nothing to change\n', err: '', sent: 0 })
  assert.deepEqual(everything(host), before)
  if (host.state().enabled) await host.say('disable')
}

function everything({ folder }: Host): Readonly<Record<string, string>> {
  const files = globSync('etc/**', { cwd: folder, withFileTypes: true }).filter((one) => one.isFile())
  const texts = files.map((one) => [
    join(one.parentPath, one.name),
    readFileSync(join(one.parentPath, one.name), 'latin1'),
  ])
  return { ...Object.fromEntries(texts), kernel: run('nft', '-a', 'list', 'ruleset') }
}

async function firewall(host: Host, words: readonly string[], input = '') {
  const [out, err]: [string[], string[]] = [[], []]
  let sent = 0
  const world = realWorld()
  const counted: World = {
    ...world,
    run: {
      ...world.run,
      once: (argv, options) => {
        if (argv[0] === 'nft' && argv.includes('-f')) sent++
        return world.run.once(argv, options)
      },
      ready: (argv, options) => {
        sent++
        return world.run.ready(argv, options)
      },
    },
  }
  const code = await rampart(
    {
      ...{ world: counted, version: '0', pid: process.pid, isRoot: true, stockFolder: '', readerCommand: [] },
      terminal: {
        out: (text) => void out.push(text),
        err: (text) => void err.push(text),
        colour: false,
        columns: undefined,
      },
      input: async function* () {
        yield new TextEncoder().encode(input)
      },
      stopped: new Promise<string>(() => {}),
    },
    ['firewall', ...words, '--datadir', host.folder],
  )
  return { code, out: out.join(''), err: err.join('').replace(/^WARN: .* is world writable!\n/m, ''), sent }
}
