/**
 * Both clients, each with a server of its own: the same words, and the same bytes on standard output, the same exit code,
 * the same errors. What it finds is the table in docs/compatibility.md: UPDATE=1 writes it.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { noBoth } from '../../control/fail2ban/both.ts'
import { Client, type Told } from './client.ts'
import { SAID } from './commands.ts'

const DOCS = join(import.meta.dirname, '../../../docs/compatibility.md')

describe('every command of fail2ban-client', { skip: noBoth() }, () => {
  const told: { original: readonly Told[]; ours: readonly Told[] } = { original: [], ours: [] }
  const clients: Client[] = []
  before(async () => {
    const lines = SAID.flatMap((said) => said.lines)
    const ask = async (which: 'fail2ban' | 'rampart') => {
      const client = await Client.open(which)
      clients.push(client)
      return client.say(lines)
    }
    const [original, ours] = await Promise.all([ask('fail2ban'), ask('rampart')])
    told.original = original
    told.ours = ours
  })
  after(() => Promise.all(clients.map((client) => client.close())))

  let at = 0
  for (const { row, lines, differs } of SAID) {
    const from = at
    at += lines.length
    for (const [index, line] of lines.entries()) {
      test(`${line}: ${differs === undefined ? 'the same bytes' : 'may differ'}`, () => {
        if (differs === undefined) assert.deepEqual(told.ours[from + index], told.original[from + index])
      })
    }
    if (differs !== undefined) {
      test(`${row}: differs indeed`, () => {
        const range = [from, from + lines.length] as const
        assert.notDeepEqual(told.ours.slice(...range), told.original.slice(...range))
      })
    }
  }
})

test('the table in docs/compatibility.md says what is compared here', () => {
  const rows = SAID.map(({ row, differs }) => `| ${row} | ${differs ?? 'same bytes'} |`)
  const table = ['| command | answer, errors, exit code |', '|---|---|', ...rows].join('\n')
  const text = readFileSync(DOCS, 'utf8')
  const found = /\| command \| answer, errors, exit code \|\n(?:\|.*\n)*/.exec(text)
  assert.ok(found, 'there is no table')
  if (process.env['UPDATE'])
    writeFileSync(
      DOCS,
      text.replace(found[0], () => `${table}\n`),
    )
  else assert.equal(found[0], `${table}\n`)
})
