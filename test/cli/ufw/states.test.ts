/** What ufw says of files in every state, good and bad: the installed one and ours, each in a network namespace of its own. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { askUfw, NO_UFW, type Question } from '../../config/ufw/ask-ufw.ts'
import { inNamespace } from '../../kernel/namespace.ts'
import { openHost } from './host.ts'

const SENTENCES = [
  ...['status', 'status verbose', 'show added', 'app list', 'app info OpenSSH', 'app info nope', 'app info'],
  ...['allow foo', 'allow 22 23', 'delete 9', 'insert 9 allow 22', '--dry-run status', 'foo', 'reload'],
]

const tuples = (...lines: readonly string[]) =>
  `*filter\n### RULES ###\n${lines.map((line) => `\n### tuple ### ${line}\n`).join('')}\n### END RULES ###\nCOMMIT\n`

const STATES: Readonly<Record<string, NonNullable<Question['files']>>> = {
  'as installed': {},
  'that all may write': { '/etc/ufw/user.rules': { mode: 0o646 }, '/etc/ufw': { mode: 0o757 } },
  'of somebody else': { '/etc/ufw': { uid: 5 }, '/etc/ufw/ufw.conf': { uid: 5 } },
  'without user6.rules': { '/etc/ufw/user6.rules': null },
  'without ufw.conf': { '/etc/ufw/ufw.conf': null },
  'without policies': { '/etc/default/ufw': 'IPV6=yes\n' },
  'with a policy that is none': {
    '/etc/default/ufw': 'IPV6=no\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="fo o"\n',
  },
  'with tuples that are none': {
    '/etc/ufw/user.rules': tuples('allow', 'allow any 22 0.0.0.0/0 any 0.0.0.0/0 in', 'allow any 22 1.2.3 any any in'),
  },
  'with profiles that are none': {
    '/etc/ufw/applications.d/x': '[A]\nports=1\n[ssh]\ntitle=t\ndescription=d\nports=9\n',
    '/etc/ufw/applications.d/y': '[OpenSSH]\ntitle=again\ndescription=d\nports=99\n',
  },
}

inNamespace(import.meta.filename, () => {
  for (const [name, files] of Object.entries(STATES)) {
    test(`files ${name}`, { skip: NO_UFW }, async () => {
      const commands = SENTENCES.map((sentence) => sentence.split(' '))
      const [asked] = askUfw([{ files, commands }])
      const host = openHost()
      install(host.folder, files)
      for (const [i, sentence] of SENTENCES.entries()) {
        const said = await host.say(sentence)
        const ours = { ...said, err: said.err.replaceAll(host.folder, '') }
        assert.deepEqual(withoutHelp(ours), withoutHelp(asked!.answers[i]!), sentence)
      }
    })
  }
})

function install(folder: string, files: NonNullable<Question['files']>): void {
  for (const path of ['/etc/ufw', '/etc/default']) cpSync(path, join(folder, path), { recursive: true })
  for (const [path, change] of Object.entries(files)) {
    const at = join(folder, path)
    if (change === null) rmSync(at)
    else if (typeof change === 'string') writeFileSync(at, change)
    else {
      if (change.mode !== undefined) chmodSync(at, change.mode)
      if (change.uid !== undefined) chownSync(at, change.uid, change.uid)
    }
  }
}

/** Its words are ours. */
function withoutHelp<Said extends { readonly out: string }>(said: Said): Said {
  return said.out.startsWith('\nUsage: ufw') ? { ...said, out: 'help' } : said
}
