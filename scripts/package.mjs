/**
 * Builds the Debian package, its runtime included, into build/. Plain JavaScript for any Node >= 18.
 *
 *   node scripts/package.mjs [--arch amd64|arm64] [--fast]
 *     --arch    for which machines (default: this one's)
 *     --fast    packs loosely: for tests
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const NODE_ARCHES = { amd64: 'x64', arm64: 'arm64' }
const LIB = 'usr/lib/rampart'
/** The names that it is called by, and where old habits look for them. */
const PROGRAMS = {
  'usr/bin': ['rampart', 'fail2ban-client', 'fail2ban-server', 'fail2ban-regex'],
  'usr/sbin': ['ufw'],
  'usr/lib/ufw': ['ufw-init'],
}

/** Of docs/, what is for who changes the program. */
const DEVELOPERS = ['ARCHITECTURE.md', 'benchmarks.md']

const arch = option('--arch') ?? { x64: 'amd64', arm64: 'arm64' }[process.arch]
const fast = process.argv.includes('--fast')
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const nodeArch = NODE_ARCHES[arch]
if (nodeArch === undefined) {
  console.error(`rampart: there is no pinned runtime for ${arch}\n  one of: ${Object.keys(NODE_ARCHES).join(', ')}`)
  process.exit(1)
}

process.umask(0o022)
const work = mkdtempSync(join(tmpdir(), 'rampart-package-'))
try {
  const tree = join(work, 'tree')
  programs(tree)
  places(tree)
  runtime(tree)
  services(tree)
  documents(tree)
  control(tree)
  console.log(pack(tree))
} finally {
  rmSync(work, { recursive: true, force: true })
}

function programs(tree) {
  for (const part of ['dist', 'config']) cpSync(join(ROOT, part), join(tree, LIB, part), { recursive: true })
  rmSync(join(tree, LIB, 'dist/.stamp'), { force: true })
  // Who reads a stack trace has the source; 4 MB that nobody else needs.
  for (const name of readdirSync(join(tree, LIB, 'dist')))
    if (name.endsWith('.map')) rmSync(join(tree, LIB, 'dist', name))
  put(tree, `${LIB}/bin/rampart`, readFileSync(join(ROOT, 'bin/rampart')), 0o755)
  for (const [folder, names] of Object.entries(PROGRAMS)) {
    mkdirSync(join(tree, folder), { recursive: true })
    for (const name of names) {
      if (name !== 'rampart') symlinkSync('rampart', join(tree, LIB, 'bin', name))
      symlinkSync(`${relative(folder, LIB)}/bin/${name}`, join(tree, folder, name))
    }
  }
}

/** Data, and whose it is: without it the package is not what it says. */
function places(tree) {
  const data = join(ROOT, 'geo')
  const missing = ['country.places', 'organisation.places', 'NOTICE-geo'].find((name) => !existsSync(join(data, name)))
  if (missing) {
    console.error(`rampart: geo/${missing} is missing\n  connect this machine and run: npm run setup`)
    process.exit(1)
  }
  for (const name of ['country.places', 'organisation.places'])
    put(tree, `${LIB}/geo/${name}`, readFileSync(join(data, name)))
  put(tree, 'usr/share/doc/rampart/NOTICE-geo', readFileSync(join(data, 'NOTICE-geo')))
}

/** The pinned one, whatever Node this machine has: npm checks its integrity hash. */
function runtime(tree) {
  const folder = join(work, 'runtime')
  mkdirSync(folder)
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(ROOT, 'runtime', name), join(folder, name))
  const fetched = join(ROOT, 'runtime/node_modules', `node-linux-${nodeArch}`)
  const words = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--os=linux',
    `--cpu=${nodeArch}`,
  ]
  if (!existsSync(fetched)) execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const from = existsSync(fetched) ? fetched : join(folder, 'node_modules', `node-linux-${nodeArch}`)
  put(tree, `${LIB}/runtime/node`, readFileSync(join(from, 'bin/node')), 0o755)
  put(tree, 'usr/share/doc/rampart/LICENSE.node.gz', gzipSync(readFileSync(join(from, 'LICENSE')), { level: 9 }))
}

function services(tree) {
  const units = 'lib/systemd/system'
  put(tree, `${units}/fail2ban.service`, readFileSync(join(ROOT, 'packaging/fail2ban.service')))
  // The one that `ufw enable` writes where there is no package.
  const print = `import { unitText } from './src/cli/ufw/boot-unit.ts'; process.stdout.write(unitText(['/usr/lib/ufw/ufw-init']))`
  const node = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', print]
  put(tree, `${units}/ufw.service`, execFileSync(join(ROOT, 'runtime/node'), node, { cwd: ROOT }))
  put(tree, 'etc/logrotate.d/fail2ban', readFileSync(join(ROOT, 'packaging/etc/logrotate')))
  put(tree, 'etc/logrotate.d/ufw', readFileSync(join(ROOT, 'packaging/etc/logrotate-ufw')))
  put(tree, 'etc/rsyslog.d/20-ufw.conf', readFileSync(join(ROOT, 'packaging/etc/rsyslog')))
}

function documents(tree) {
  put(tree, 'usr/share/doc/rampart/copyright', readFileSync(join(ROOT, 'packaging/copyright')))
  put(tree, 'usr/share/doc/rampart/changelog.gz', gzipSync(debianChangelog(), { level: 9 }))
  put(tree, 'usr/share/doc/rampart/NEWS.gz', gzipSync(readFileSync(join(ROOT, 'CHANGELOG.md')), { level: 9 }))
  put(tree, 'usr/share/lintian/overrides/rampart', readFileSync(join(ROOT, 'packaging/debian/lintian-overrides')))
  for (const name of readdirSync(join(ROOT, 'docs'))) {
    if (!name.endsWith('.md') || DEVELOPERS.includes(name)) continue
    put(tree, `usr/share/doc/rampart/${name}`, readFileSync(join(ROOT, 'docs', name)))
  }
  // Manual pages and completion, from the words of the program itself.
  const node = ['--disable-warning=ExperimentalWarning', join(ROOT, 'scripts/manual.mjs'), join(tree, 'usr/share')]
  execFileSync(join(ROOT, 'runtime/node'), node, { cwd: ROOT })
}

/** In the form that Debian's tools read; what has changed stands in NEWS. */
function debianChangelog() {
  const [, maintainer] = /^Maintainer: (.*)$/m.exec(readFileSync(join(ROOT, 'packaging/debian/control'), 'utf8'))
  return `rampart (${version}) unstable; urgency=medium\n\n  * See NEWS.gz.\n\n -- ${maintainer}  ${committed('%cD')}\n`
}

/** When these sources were committed, in one of git's forms. */
function committed(form) {
  return execFileSync('git', ['log', '-1', `--format=${form}`], { cwd: ROOT, encoding: 'utf8' }).trim()
}

function control(tree) {
  const size = Math.ceil(sizeOf(tree) / 1024)
  const values = { VERSION: version, ARCH: arch, SIZE: size }
  const text = readFileSync(join(ROOT, 'packaging/debian/control'), 'utf8')
  put(
    tree,
    'DEBIAN/control',
    text.replace(/@(\w+)@/g, (_, name) => values[name]),
  )
  put(
    tree,
    'DEBIAN/conffiles',
    filesBelow(join(tree, 'etc'), '/etc')
      .map((file) => `${file}\n`)
      .join(''),
  )
  put(tree, 'DEBIAN/md5sums', checksums(tree))
  for (const name of ['postinst', 'prerm', 'postrm']) {
    put(tree, `DEBIAN/${name}`, readFileSync(join(ROOT, 'packaging/debian', name)), 0o755)
  }
}

function pack(tree) {
  const target = join(ROOT, 'build', `rampart_${version}_${arch}.deb`)
  mkdirSync(dirname(target), { recursive: true })
  // The same sources make the same bytes.
  const press = fast ? ['-Zgzip', '-z1'] : ['-Zxz']
  execFileSync('dpkg-deb', [...press, '--root-owner-group', '--build', tree, target], {
    env: { ...process.env, SOURCE_DATE_EPOCH: committed('%ct') },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return target
}

function put(tree, path, content, mode = 0o644) {
  mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, path), content, { mode })
}

/** As paths on the host. */
function filesBelow(folder, shown) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${shown}/${entry.name}`
    return entry.isDirectory() ? filesBelow(join(folder, entry.name), path) : [path]
  })
}

/** Of all that no admin changes, as debsums reads them. */
function checksums(tree) {
  const files = ['lib', 'usr'].flatMap((folder) => filesBelow(join(tree, folder), folder))
  const lines = files
    .filter((path) => lstatSync(join(tree, path)).isFile())
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(join(tree, path)))
          .digest('hex')}  ${path}\n`,
    )
  return lines.sort().join('')
}

/** In bytes; links lead out of the tree. */
function sizeOf(folder) {
  return filesBelow(folder, folder).reduce((sum, path) => sum + lstatSync(path).size, 0)
}

function option(name) {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
