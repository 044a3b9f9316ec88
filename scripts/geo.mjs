/**
 * Compiles the data of countries and organisations that comes with Rampart: geo/*.places and geo/NOTICE-geo, from pinned
 * packages that are fetched for it and removed afterwards (80 MB). Run by the runtime, which runs TypeScript.
 *
 *   node scripts/geo.mjs fetch      the packages alone, beside other work
 *   node scripts/geo.mjs compile
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const GEO = join(ROOT, 'geo')
const PACKAGES = join(GEO, 'node_modules')
const SUBJECTS = ['country', 'organisation']

if (process.argv[2] === 'fetch') fetchPackages()
else await compile()

/** npm checks their integrity hashes. */
function fetchPackages() {
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=2']
  execFileSync('npm', words, { cwd: GEO, stdio: 'ignore' })
}

async function compile() {
  const { compileFiles } = await import('../src/place/data/compile-files.ts')
  const { dateOfVersion, PUBLISHED } = await import('../src/place/data/origin.ts')
  const { realFiles } = await import('../src/world/real-files.ts')
  const notices = []
  for (const subject of SUBJECTS) {
    const published = PUBLISHED[subject]
    const folder = join(PACKAGES, published.package)
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const origin = { ...published.origin, date: dateOfVersion(version), version }
    const sources = published.files.map((name) => ({ path: join(folder, name), name }))
    put(`${subject}.places`, Buffer.concat(await compileFiles(realFiles, sources, subject, origin)))
    notices.push(notice(`${subject}.places`, published, origin, folder))
  }
  put('NOTICE-geo', notices.join('\n'))
  rmSync(PACKAGES, { recursive: true, force: true })
}

/** Source: the licences ask to name the authors, the licence, and that something was changed (CC-BY-4.0, 3 a). */
function notice(file, { package: name, files }, { licence, credit, url, date, version }, folder) {
  const texts = ['DBIP-LICENSE', 'ROUTEVIEWS-LICENSE', 'NRO_LICENSE', 'MODIFICATIONS']
    .filter((text) => existsSync(join(folder, text)))
    .map((text) => `\n--- ${text} of the package\n${readFileSync(join(folder, text), 'utf8').trim()}\n`)
  return `${file}
  modified: compiled from ${files.join(' and ')} of the npm package ${name} ${version}, data of ${date};
  neighbouring ranges that say the same were joined, and columns left out
  licence: ${licence} (https://creativecommons.org/licenses/by/4.0/)
  credit: ${credit}
  ${url}
${texts.join('')}`
}

/** Whoever reads it meanwhile has the old one. */
function put(name, content) {
  const path = join(GEO, name)
  writeFileSync(`${path}.${process.pid}.new`, content)
  renameSync(`${path}.${process.pid}.new`, path)
}
