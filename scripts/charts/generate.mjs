/**
 * Writes src/chart/world-shapes.ts and src/chart/glyph-widths.ts from the packages pinned beside this file. What it
 * writes is kept in the repository: to draw a map nobody needs these packages.
 *
 *   cd scripts/charts && npm ci --ignore-scripts && node generate.mjs
 *   npx biome format --write ../../src/chart
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { glyphWidths } from './widths.mjs'
import { worldShapes } from './world.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const packaged = (path) => readFileSync(join(HERE, 'node_modules', path))
const write = (name, text) => {
  writeFileSync(join(HERE, '../../src/chart', name), text)
  console.log(`src/chart/${name}: ${Math.ceil(text.length / 1024)} KiB`)
}

write('glyph-widths.ts', glyphWidths(packaged('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')))
write('world-shapes.ts', worldShapes(JSON.parse(packaged('world-atlas/countries-50m.json'))))
