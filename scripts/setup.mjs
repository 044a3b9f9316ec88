/**
 * Makes a bare clone ready: runtime, packages, build, and what the system must have. Plain JavaScript for any Node >= 18.
 * A second run finds everything in place and ends at once.
 *
 *   node scripts/setup.mjs [--guard | --demo | --dev]
 *     --guard    the guard is started next: says at once if that cannot work
 *     --demo     the demo is started next: also nginx and the tools of its sandbox
 *     --dev      for tests and checks: all packages, and the test programs of the system
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** Runs TypeScript and brings SQLite without a flag. */
const OLDEST_RUNTIME = [22, 18]
/** What the tests use beside nft: the guarded programs, the oracles, and the tools of the lab. */
const TEST_PROGRAMS = {
  nginx: 'nginx',
  sshd: 'openssh-server',
  'fail2ban-client': 'fail2ban',
  ufw: 'ufw',
  curl: 'curl',
  ip: 'iproute2',
  openssl: 'openssl',
  python3: 'python3',
  '/usr/lib/python3/dist-packages/systemd/journal.py': 'python3-systemd',
  sysctl: 'procps',
  mmdebstrap: 'mmdebstrap',
  zsh: 'zsh',
  fish: 'fish',
  mandoc: 'mandoc',
  ...(process.env.CI ? { '/lib/systemd/systemd-journal-remote': 'systemd-journal-remote' } : {}),
}

/** A machine without a network is told so within seconds: npm's own waits are minutes. */
const IMPATIENT = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']

/** What the demo's sandbox is made of. */
const DEMO_PROGRAMS = { nginx: 'nginx', curl: 'curl', ip: 'iproute2', openssl: 'openssl' }

const dev = process.argv.includes('--dev')
const demo = process.argv.includes('--demo')
const isRoot = process.getuid() === 0

try {
  refuseOldNode()
  if (process.argv.includes('--guard') && !isRoot) refuseOrdinaryUser()
  if (demo && !isRoot) refuseDemo()
  chooseRuntime()
  const data = fetchPlaces()
  installPackages()
  build()
  installPrograms()
  await compilePlaces(data)
  if (isRoot && !dev && !demo) makeUser()
} catch (problem) {
  if (['EACCES', 'EPERM', 'EROFS'].includes(problem.code))
    problem.hint = `run it as the user that ${ROOT} belongs to, or as root; on a read-only disk, set it up before`
  if (!problem.hint) throw problem
  console.error(`rampart: ${problem.message}\n  ${problem.hint}`)
  process.exit(1)
}

function refuseOldNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 18)
    fail(
      `Node ${process.versions.node} is too old even to set Rampart up`,
      'install Node.js 18 or newer (Debian: apt-get install nodejs npm)',
    )
}

function refuseDemo() {
  if (process.env.SUDO_UID)
    fail(
      'npm gave up root because this folder belongs to another user',
      'run: sudo node scripts/setup.mjs --demo && sudo runtime/node test/demo.ts',
    )
  fail('the demo needs root for the network namespaces of its sandbox', 'run: sudo npm run demo')
}

function refuseOrdinaryUser() {
  // npm 7 and 8 run scripts as the owner of the folder, even under sudo.
  if (process.env.SUDO_UID)
    fail('npm gave up root because this folder belongs to another user', 'run: sudo chown -R root: . && sudo npm start')
  fail(
    'guarding this host needs root: the firewall and the logs belong to it',
    'run: sudo npm start   (or watch only: npm run setup && sudo bin/rampart up --observe)',
  )
}

/** The system's own Node if it is new enough, else the pinned one, as a plain package checked by its integrity hash. */
function chooseRuntime() {
  const link = join(ROOT, 'runtime/node')
  // What it leads to may have been removed since, or exchanged for an older one.
  const { stdout } = spawnSync(link, ['--version'], { encoding: 'utf8' })
  if (stdout && isNewEnough(stdout.trim().slice(1))) return
  rmSync(link, { force: true })
  const [oldestMajor, oldestMinor] = OLDEST_RUNTIME
  if (isNewEnough(process.versions.node)) {
    symlinkSync(process.execPath, link)
    return
  }
  const name = `node-linux-${process.arch}`
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    fail(
      `Node ${process.versions.node} is too old, and there is no pinned runtime for ${process.platform} ${process.arch}`,
      `install Node.js ${oldestMajor}.${oldestMinor} or newer and start again`,
    )
  }
  const pinned = JSON.parse(readFileSync(join(ROOT, 'runtime/package.json'), 'utf8')).optionalDependencies[name]
  say(
    `Node ${process.versions.node} is older than ${oldestMajor}.${oldestMinor}: fetching Node ${pinned} for Rampart alone (about 40 MB)`,
  )
  npm(['ci', '--ignore-scripts'], join(ROOT, 'runtime'))
  // npm is content where an optional package could not be fetched.
  if (!existsSync(join(ROOT, 'runtime/node_modules', name))) failUnreachable()
  symlinkSync(`node_modules/${name}/bin/node`, link)
  const { status } = spawnSync(link, ['--version'])
  if (status !== 0) {
    rmSync(link, { force: true })
    fail(
      'the fetched runtime does not start on this machine',
      `install Node.js ${oldestMajor}.${oldestMinor} or newer and start again`,
    )
  }
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_RUNTIME
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

function installPackages() {
  const stamp = join(ROOT, 'node_modules/.rampart-stamp')
  const wanted = digest(['package.json', 'package-lock.json'])
  const [have, scope] = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : []
  if (have === wanted && (scope === 'all' || !dev)) return
  // Who has the tools for tests keeps them.
  const all = dev || scope === 'all'
  say(all ? 'installing the pinned packages, tools for tests included' : 'installing the pinned packages')
  npm(['ci', '--ignore-scripts', ...(all ? [] : ['--omit=dev'])], ROOT)
  writeFileSync(stamp, `${wanted} ${all ? 'all' : 'needed'}`)
}

function build() {
  const stamp = join(ROOT, 'dist/.stamp')
  // The runtime compiles a part of it.
  const { stdout } = spawnSync(join(ROOT, 'runtime/node'), ['--version'], { encoding: 'utf8' })
  const wanted = `${digest(['scripts/build.mjs', 'scripts/compile.mjs', 'package-lock.json', ...sources('src')])} ${stdout?.trim()}`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('building')
  run(process.execPath, ['scripts/build.mjs'], ROOT)
  writeFileSync(stamp, wanted)
}

/**
 * Which country and organisation addresses belong to: fetched beside all else, 25 MB, and compiled.
 * @returns undefined: all is in place
 */
function fetchPlaces() {
  const stamp = join(ROOT, 'geo/.stamp')
  const wanted = digest(['scripts/geo.mjs', 'geo/package-lock.json', ...sources('src/place/data')])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  say('fetching the data of places (25 MB)')
  const child = spawn(process.execPath, [join(ROOT, 'scripts/geo.mjs'), 'fetch'], { stdio: 'ignore' })
  const fetched = new Promise((resolve) => {
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
  return { stamp, wanted, fetched }
}

/** Nothing that guards this host needs it: without a network its statistics say `unknown`. */
async function compilePlaces(data) {
  if (!data) return
  const words = ['--disable-warning=ExperimentalWarning', join(ROOT, 'scripts/geo.mjs'), 'compile']
  const isDone = (await data.fetched) && spawnSync(join(ROOT, 'runtime/node'), words, { stdio: 'inherit' }).status === 0
  if (isDone) writeFileSync(data.stamp, data.wanted)
  else say('the data of places is missing, or as it was: countries may be unknown until the next set-up')
}

/** `nft` is needed to guard; the others only to test. */
function installPrograms() {
  const wanted = { nft: 'nftables', ...(demo ? DEMO_PROGRAMS : {}), ...(dev ? TEST_PROGRAMS : {}) }
  const missing = Object.keys(wanted).filter((program) => !onPath(program))
  if (missing.length === 0) return
  const packages = missing.map((program) => wanted[program])
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!isRoot || !onPath('apt-get')) {
    const hint = onPath('apt-get')
      ? `run: sudo ${command}`
      : `install ${packages.join(', ')} with this system's package manager`
    if (!dev)
      fail(`${demo ? 'the demo' : 'Rampart'} needs ${missing.join(', ')}, which this system does not have`, hint)
    say(`missing for some tests: ${missing.join(', ')}; those skip and say so (${hint})`)
    return
  }
  say(`installing Debian packages: ${packages.join(', ')}`)
  withoutStartingServices(() => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const install = command.split(' ')
    if (spawnSync(install[0], install.slice(1), { stdio: ['ignore', 'ignore', 'ignore'], env }).status === 0) return
    // The package lists of a new machine are empty.
    run('apt-get', ['update', '-q'], ROOT, env)
    run(install[0], install.slice(1), ROOT, env)
  })
}

/** Packages for tests and for the demo must not start daemons on the machine. Source: Debian policy-rc.d, exit 101 forbids. */
function withoutStartingServices(act) {
  const policy = '/usr/sbin/policy-rc.d'
  const ours = (dev || demo) && !existsSync(policy)
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    act()
  } finally {
    if (ours) rmSync(policy)
  }
}

/** The half that reads hostile bytes runs as this user; where it cannot be made the guard uses `nobody`. */
function makeUser() {
  if (!onPath('useradd') || /^rampart:/m.test(readFileSync('/etc/passwd', 'utf8'))) return
  const made = spawnSync('useradd', [
    '--system',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    'rampart',
  ])
  if (made.status === 0)
    say('made the system user "rampart": the half that reads the logs runs as it, without any privilege')
}

function npm(words, cwd) {
  try {
    accessSync(cwd, constants.W_OK)
  } catch {
    fail(
      `this user may not write into ${cwd}`,
      'run it as the owner of that folder, or in a copy that is not read-only',
    )
  }
  const done = spawnSync('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error', ...IMPATIENT], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  if (done.status === 0) return
  const said = done.stderr ?? String(done.error)
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|ERR_SOCKET|network/.test(said)) {
    failUnreachable()
  }
  fail(
    `npm ${words.join(' ')} failed: ${said.trim().split('\n').slice(0, 3).join(' | ')}`,
    `run it in ${cwd} to see all it says`,
  )
}

function failUnreachable() {
  fail(
    'the npm registry cannot be reached, and the first start fetches packages from it',
    "connect this machine (or set npm's `registry` or `proxy`) and start again",
  )
}

function run(program, words, cwd, env = process.env) {
  const done = spawnSync(program, words, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (done.status === 0) return
  const said = (done.stderr ?? String(done.error)).trim().split('\n').slice(0, 12).join('\n  ')
  fail(`${program} ${words.join(' ')} failed:\n  ${said}`, `it was run in ${cwd}`)
}

function onPath(program) {
  if (program.startsWith('/')) return existsSync(program)
  const folders = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`.split(':')
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)))
}

function sources(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true })
  const below = entries.flatMap((entry) =>
    entry.isDirectory() ? sources(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  )
  return below.sort()
}

function digest(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)))
  return hash.digest('hex')
}

function say(text) {
  console.log(`rampart: ${text}`)
}

function fail(message, hint) {
  throw Object.assign(new Error(message), { hint })
}
