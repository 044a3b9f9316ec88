/** A folder of a test's own, and what tests of data put there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { compileFiles } from '../../src/place/data/compile-files.ts'
import type { Subject } from '../../src/place/data/fields.ts'
import type { Origin } from '../../src/place/data/origin.ts'
import { realFiles } from '../../src/world/real-files.ts'

export function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-place-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

export const ORIGIN: Origin = { name: 'Test', licence: 'none', credit: 'by the test', url: 'https://test.example' }

/** A layer of these files, as `SUBJECT.places` in a folder. */
export async function layerOf(
  folder: string,
  subject: Subject,
  contents: Readonly<Record<string, string | Uint8Array>>,
  origin: Origin | undefined = ORIGIN,
): Promise<string> {
  const sources = Object.entries(contents).map(([name, content]) => ({ path: put(folder, name, content), name }))
  return put(folder, `${subject}.places`, Buffer.concat(await compileFiles(realFiles, sources, subject, origin)))
}
