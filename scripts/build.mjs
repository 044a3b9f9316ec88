/** Bundles src/ into dist/: what runs starts in milliseconds and needs no package at run time. */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: ROOT,
  // The reader is an entry of its own: it drops its privileges and can load nothing more after that.
  entryPoints: ['src/main.ts', 'src/reader.ts'],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true, // A command loads only what it needs.
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  sourcemap: 'linked',
  // Packages written as CommonJS call require for Node's own modules.
  banner: {
    js: "import{createRequire as rampartRequire}from'node:module';const require=rampartRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
