/** CPython's `re` as the oracle: all rows in one process. */
import { spawnSync } from 'node:child_process'

export interface Row {
  readonly pattern: string
  readonly ignoreCase?: boolean
  readonly multiline?: boolean
  readonly texts: readonly string[]
}

/** What Python finds in one text: offsets in UTF-16 units, named groups that took part; null for no match. */
export type Found = { readonly start: number; readonly end: number; readonly groups: Record<string, string> } | null

/** Per row what Python found in each text, or the message with which it refuses the pattern. */
export type Answer = { readonly error: string } | { readonly found: readonly Found[] }

const SCRIPT = `
import json, re, sys, warnings
warnings.simplefilter('ignore')
def units(text, at): return at + sum(ord(c) > 0xffff for c in text[:at])
def ask(row):
    flags = (re.I if row.get('ignoreCase') else 0) | (re.M if row.get('multiline') else 0)
    try: regex = re.compile(row['pattern'], flags)
    except (re.error, OverflowError, RecursionError, ValueError) as error: return {'error': str(error)}
    found = []
    for text in row['texts']:
        m = regex.search(text)
        found.append(m and {'start': units(text, m.start()), 'end': units(text, m.end()),
                            'groups': {k: v for k, v in m.groupdict().items() if v is not None}})
    return {'found': found}
json.dump({'version': sys.version_info[:2], 'answers': [ask(row) for row in json.load(sys.stdin)]}, sys.stdout)
`

/** Why there is no oracle here, or undefined: atomic groups came with Python 3.11. */
export function noPython(): string | undefined {
  const found = spawnSync('python3', ['-c', 'import sys; print(sys.version_info >= (3, 11))'], { encoding: 'utf8' })
  if (found.status !== 0) return 'there is no python3 on PATH'
  return found.stdout.trim() === 'True' ? undefined : 'python3 is older than 3.11'
}

export function askPython(rows: readonly Row[], program = 'python3'): readonly Answer[] {
  const input = JSON.stringify(rows)
  const told = spawnSync(program, ['-c', SCRIPT], { input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
  if (told.status !== 0) throw new Error(`python3 failed: ${told.stderr}`)
  return (JSON.parse(told.stdout) as { answers: Answer[] }).answers
}
