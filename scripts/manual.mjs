/**
 * Writes the manual's pages and the shells' completion, as they stand below /usr/share: `manual.mjs FOLDER`. Run by the runtime, which
 * reads the sources as they are.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { printCompletion, programSpots } from '../src/cli/completion/completion.ts'
import { pages } from '../src/cli/manual/pages.ts'
import { grammar } from '../src/cli/rampart/command.ts'

const [folder] = process.argv.slice(2)
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const date = execFileSync('git', ['log', '-1', '--format=%cs'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
const parser = grammar({ terminal: {}, version }, () => {})

for (const { name, section, text } of pages(parser, { version, date })) {
  put(`man/man${section}/${name}.${section}.gz`, gzipSync(text, { level: 9 }))
}
// Fail2ban's package has a page of this name.
symlinkSync('fail2ban-client.1.gz', join(folder, 'man/man1/fail2ban.1.gz'))
put('bash-completion/completions/rampart', printCompletion('bash', parser))
put('fish/vendor_completions.d/rampart.fish', printCompletion('fish', parser))
put('zsh/vendor-completions/_rampart', printCompletion('zsh', parser))
// Both find a program's completion by its name; zsh by what the file says at its head.
for (const program of programSpots(parser).keys()) {
  if (program === 'rampart') continue
  symlinkSync('rampart', join(folder, 'bash-completion/completions', program))
  symlinkSync('rampart.fish', join(folder, 'fish/vendor_completions.d', `${program}.fish`))
}

function put(path, content) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}
