/** Bundles src/ into dist/: what runs starts in milliseconds and needs no package at run time. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
  // Packages written as CommonJS call require for Node's own modules.
  banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
  logLevel: 'warning',
}

try {
  await Promise.all([
    // A command loads only what it needs. The reader is an entry of its own: it drops its privileges and can load nothing more.
    build({ ...options, entryPoints: ['src/main.ts', 'src/reader.ts'], splitting: true }),
    // All of it is read at every start: made small, that takes 3 ms less.
    build({ ...options, entryPoints: ['src/ufw.ts'], minify: true }),
    // What a question to the server takes stands in one file of 30 kB; the rest is loaded where it is needed.
    build({
      ...options,
      entryPoints: ['src/fail2ban-client.ts'],
      minify: true,
      splitting: true,
      chunkNames: 'client-[hash]',
    }),
  ])
  exchange()
} finally {
  remove(NEXT)
  remove(OLD)
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
