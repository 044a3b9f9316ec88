/** The samples beside the stock filters: log lines under their verdicts. */
import { readFileSync } from 'node:fs'

export interface Sample {
  /** What the verdict's line says behind the address. */
  readonly why: string
  readonly line: string
  /**
   * The address that the filter finds; undefined: none. Of a line that was forged inside a longer record the filter,
   * which sees nothing but the line, finds one too.
   */
  readonly address: string | undefined
  readonly forged: boolean
}

/** Lines for which the filter has the same options. */
export interface Group {
  /** `mode=ddos`; empty for the filter as it is. */
  readonly options: string
  readonly samples: readonly Sample[]
}

/** @throws Error for a file that is not of the form which its own first lines describe */
export function readSamples(path: string): readonly Group[] {
  const groups: { options: string; samples: Sample[] }[] = [{ options: '', samples: [] }]
  let verdict: Omit<Sample, 'line'> | undefined
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const group = groups.at(-1)!
    if (line.startsWith('#: ')) groups.push({ options: line.slice(3), samples: [] })
    else if (line.startsWith('# ')) verdict = readVerdict(line.slice(2))
    else if (line !== '') {
      if (!verdict) throw new Error(`${path}:${index + 1}: a line without a verdict`)
      if (group.samples.some((other) => other.line === line)) throw new Error(`${path}:${index + 1}: a line twice`)
      group.samples.push({ ...verdict, line })
      verdict = undefined
    }
  }
  return groups
}

/** undefined: a line of the description on top. */
function readVerdict(text: string): Omit<Sample, 'line'> | undefined {
  const [, pass, kind, address, why] = /^(?:pass (.+)|(ban|forged) ([\da-f.:]+) (.+))$/.exec(text) ?? []
  if (pass !== undefined) return { why: pass, address: undefined, forged: false }
  return why === undefined ? undefined : { why, address, forged: kind === 'forged' }
}
