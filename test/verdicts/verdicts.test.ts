/**
 * What becomes of packets behind the commands of ufw: each script of commands is carried out in namespaces, some 400 probes are
 * sent through them, and all of it is compared with UFW 0.36.2: with a recording where the script has one, else with the
 * installed ufw, beside it. Harness and recording stand beside the project's folder (RAMPART_VERDICTS: elsewhere), and are no
 * part of it, nor are the scripts that were recorded.
 */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { compare, differences, GOLDEN, HARNESS, TRIES, verdictFolder } from './harness.ts'
import { noVerdicts } from './no-verdicts.ts'

const OWN = join(import.meta.dirname, 'scripts')
/** The installed ufw takes its time: what of our own is not asked until then is left out, but with RAMPART_ALL=1. */
const OWN_MS = process.env['RAMPART_ALL'] ? Number.POSITIVE_INFINITY : 180_000

const reason = noVerdicts(HARNESS, GOLDEN)
if (reason !== undefined) test('verdicts of UFW', { skip: reason }, () => {})
else {
  const folder = verdictFolder()
  let spent = 0
  const scripts = [
    ...globSync(join(HARNESS, 'scripts/*.ufw')).map((path) => ({ path, beside: ['--golden', GOLDEN!], isOwn: false })),
    ...globSync(join(OWN, '*.ufw')).map((path) => ({ path, beside: ['--ref', '/usr/sbin/ufw'], isOwn: true })),
  ]
  for (const { path, beside, isOwn } of scripts.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    test(`${basename(path)}: verdicts, exit codes, texts and files are UFW’s`, async (t) => {
      if (isOwn && spent > OWN_MS) return t.skip('there is no time left; RAMPART_ALL=1 asks all')
      const begun = performance.now()
      let found = await compare(folder, path, beside)
      for (let tried = 1; tried < TRIES && differences(found).length > 0; tried++) {
        t.diagnostic(`once more, for this was different: ${JSON.stringify(differences(found)).slice(0, 2000)}`)
        found = await compare(folder, path, beside)
      }
      if (isOwn) spent += performance.now() - begun
      assert.deepEqual(differences(found), [])
      assert.equal(found.scripts, 1)
      assert.ok(found.cmds + found.probes > 0)
    })
  }
}
