/** Bundles src/ into dist/: what runs starts in milliseconds and needs no package at run time. */
import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** What is called meanwhile finds the old ones; who builds at the same time has a folder of its own. */
const NEXT = `dist.${process.pid}`
const OLD = `${NEXT}.old`

/** Node's own modules as they are: to import one makes all that it has, which costs 4 ms for `node:fs` alone. */
const builtins = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : { path, namespace: 'builtin' },
    )
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}

const options = {
  absWorkingDir: ROOT,
  outdir: NEXT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  sourcemap: 'linked',
  plugins: [builtins],
  // Optional: it is a program of its own that is loaded where it is there.
  external: ['@resvg/resvg-js'],
  // Packages written as CommonJS call require for Node's own modules.
  banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
  logLevel: 'warning',
}

/** What a compiled program loads late, by the name it gets in `dist/late`: the rest of the program has it in its parts. */
const late = new Map()

/** @param kept what it brings along although it is imported late: paths below src/, without their ending */
const loadedLate = (...kept) => ({
  name: 'late',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      const file = join(resolveDir, path)
      const place = relative(join(ROOT, 'src'), file).replace(/\.ts$/, '')
      if (kept.includes(place)) return undefined
      const name = `late/${place.replaceAll('/', '-')}`
      late.set(name, file)
      return { path: `./${name}.mjs`, external: true }
    })
  },
})

/** As `builtins`, but made when it is first used: to start a program, or to know the host, is rarely needed there. */
const lazyBuiltins = {
  name: 'lazy builtins',
  setup(build) {
    build.onResolve({ filter: /^node:(child_process|os)$/ }, ({ path }) => ({ path, namespace: 'lazy' }))
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
      contents: `for (const key of ${JSON.stringify(Object.keys(process.getBuiltinModule(path)))})
        Object.defineProperty(exports, key, { enumerable: true, get: () => process.getBuiltinModule(${JSON.stringify(path)})[key] })`,
    }))
  },
}

/** No ES module: Node starts it 6 ms sooner. */
const cjs = {
  ...options,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minify: true,
  define: { 'import.meta.url': 'entryUrl' },
  banner: { js: 'const entryUrl=process.getBuiltinModule("node:url").pathToFileURL(__filename).href;' },
}

/** Read whole at every start: made small, and compiled before, which takes 10 ms less. */
const program = (name, plugins) => ({
  ...cjs,
  entryPoints: [`src/${name}.ts`],
  plugins,
  supported: { 'dynamic-import': false },
  banner: { js: "(function(require,entryUrl){'use strict';const module={exports:{}};" },
  footer: { js: '})' },
})

try {
  await Promise.all([
    build(program('fail2ban-client-program', [loadedLate(), lazyBuiltins, builtins])),
    build(program('rampart-program', [loadedLate('cli/rampart/status'), lazyBuiltins, builtins])),
    build(program('ufw-program', [builtins])),
    build({ ...cjs, entryPoints: ['src/ufw.ts', 'src/fail2ban-client.ts', 'src/rampart.ts'] }),
  ])
  // A command loads only what it needs. The reader is an entry of its own: it drops its privileges and can load nothing more.
  await build({
    ...options,
    entryPoints: { main: 'src/main.ts', reader: 'src/reader.ts', ...Object.fromEntries(late) },
    splitting: true,
  })
  for (const name of ['fail2ban-client', 'rampart', 'ufw']) compile(`${name}-program.cjs`)
  exchange()
} finally {
  remove(NEXT)
  remove(OLD)
}

/** For the runtime that will start it. Where there is none yet, V8 compiles at each start. */
function compile(file) {
  spawnSync(join(ROOT, 'runtime/node'), [join(ROOT, 'scripts/compile.mjs'), join(ROOT, NEXT, file)], {
    stdio: 'inherit',
  })
}

function exchange() {
  for (let turn = 0; ; turn++) {
    try {
      if (existsSync(join(ROOT, 'dist'))) renameSync(join(ROOT, 'dist'), join(ROOT, OLD))
      renameSync(join(ROOT, NEXT), join(ROOT, 'dist'))
      return
    } catch (thrown) {
      // Somebody else was between the two steps.
      if (turn === 10) throw thrown
      remove(OLD)
    }
  }
}

function remove(folder) {
  rmSync(join(ROOT, folder), { recursive: true, force: true })
}
