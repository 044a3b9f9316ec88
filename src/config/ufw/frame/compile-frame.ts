/** The files before.rules, after.rules and those of IPv6, compiled to a Frame; or every reason why not. */
import { Fault, type Place } from '../../../base/fault.ts'
import {
  type Frame,
  type FrameChain,
  type FrameSet,
  type FrameTable,
  nftChain,
  SHARED,
} from '../../../firewall/rules/frame.ts'
import { type BuiltChain, Chains } from './chains.ts'
import { assemble, compileRule } from './compile-rule.ts'
import { foldRuns } from './fold-runs.ts'
import { recentQuestion } from './match-recent.ts'
import type { Memory, Names, RecentQuestion, Scope } from './option.ts'
import { jumpOf, reachOf } from './reach.ts'
import { type RestoreLine, restoreLines } from './restore-lines.ts'
import { type Command, type RuleLine, readCommand } from './rule-line.ts'

/** In the order in which UFW reads them: `before`, then `after`. */
export interface FrameFile {
  readonly family: 4 | 6
  readonly path: string
  readonly text: string
}

export interface CompiledFrame {
  /** undefined: there are faults. */
  readonly frame: Frame | undefined
  /** Each with file and line. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** Never throws. Nothing of the files stands in the frame as it stands there: every word was read and is printed anew. */
export function compileFrame(files: readonly FrameFile[], names: Names): CompiledFrame {
  const faults: Fault[] = []
  const warnings: Fault[] = []
  const sets = new Map<string, FrameSet>()
  const chains = ([4, 6] as const).flatMap((family) => {
    const own = files.filter((file) => file.family === family)
    return compileFamily(family, own, { names, faults, warnings, sets })
  })
  const byPlace = faults.sort((a, b) => (a.at?.file === b.at?.file ? (a.at?.line ?? 0) - (b.at?.line ?? 0) : 0))
  return { frame: faults.length > 0 ? undefined : { chains, sets: [...sets.values()] }, faults: byPlace, warnings }
}

interface Job {
  readonly names: Names
  readonly faults: Fault[]
  readonly warnings: Fault[]
  readonly sets: Map<string, FrameSet>
}

interface ReadLine {
  readonly line: RestoreLine
  /** undefined: it makes a chain. */
  readonly command: Command | undefined
}

function compileFamily(family: 4 | 6, files: readonly FrameFile[], job: Job): FrameChain[] {
  const lines = files.flatMap((file) => readFile(file, job))
  const memory = memoryOf(job, questionsIn(lines, job))
  const chains = new Chains(family, (fault) => job.warnings.push(fault))
  for (const { line, command } of lines) {
    collect(job, () => {
      if (line.kind === 'chain') chains.declare(line.table, line.name, line.policy, line.at)
      else
        chains.apply(line.table, command!, line.at, (rule) =>
          compileRule(rule, scopeOf(family, line, command!, rule, memory, job)),
        )
    })
  }
  const built = chains.finish()
  return (['filter', 'nat', 'mangle', 'raw'] as const).flatMap((table) =>
    finishTable(family, table, built, chains, job),
  )
}

function readFile(file: FrameFile, job: Job): ReadLine[] {
  const { lines, faults } = restoreLines(file.path, file.text)
  job.faults.push(...faults)
  return lines.flatMap((line): ReadLine[] => {
    if (line.kind === 'chain') return [{ line, command: undefined }]
    const command = collect(job, () => readCommand(line.words, line.table, file.family, line.at))
    return command ? [{ line, command }] : []
  })
}

/** What is asked of the lists of `recent`. */
function questionsIn(lines: readonly ReadLine[], job: Job): Map<string, RecentQuestion[]> {
  const questions = new Map<string, RecentQuestion[]>()
  for (const { command } of lines) {
    if (!command || !('rule' in command)) continue
    for (const { name, given } of command.rule.matches) {
      // Its faults are told when it is compiled.
      const asked = name === 'recent' ? collect({ ...job, faults: [] }, () => recentQuestion(given)) : undefined
      if (asked) questions.set(asked.list, [...(questions.get(asked.list) ?? []), asked.question])
    }
  }
  return questions
}

function memoryOf(job: Job, questions: ReadonlyMap<string, readonly RecentQuestion[]>): Memory {
  return {
    set: (kind, key, body) => {
      const name = `${kind} ${key ?? `of rule ${job.sets.size}`}`
      const known = job.sets.get(name)
      if (known) return known.name
      const set = { name: `frame-${kind}-${job.sets.size}`, body }
      job.sets.set(name, set)
      return set.name
    },
    questions: (list) => questions.get(list) ?? [],
  }
}

function scopeOf(family: 4 | 6, line: RestoreLine, command: Command, rule: RuleLine, memory: Memory, job: Job): Scope {
  const { table, at } = line
  return {
    family,
    table,
    at,
    memory,
    names: job.names,
    chain: ('chain' in command ? command.chain : undefined) ?? '',
    protocol: rule.protocol,
    warn: (code, message, hint) => job.warnings.push(new Fault(code, message, { at, hint })),
  }
}

/** The chains of one table that packets come to. */
function finishTable(
  family: 4 | 6,
  table: FrameTable,
  built: readonly BuiltChain[],
  chains: Chains,
  job: Job,
): FrameChain[] {
  const own = built.filter((chain) => chain.table === table)
  for (const chain of own) checkJumps(chain, chains, job)
  const { from, faults } = reachOf(own)
  job.faults.push(...faults)
  const warned = own.filter((chain) => !from.has(chain) && chain.at !== undefined && chain.entries.length > 0)
  for (const chain of warned) job.warnings.push(unreached(chain))
  return own
    .filter((chain) => from.has(chain) && (isWanted(family, chain) || chain.policy !== 'ACCEPT'))
    .flatMap((chain) => finishChain(family, chain))
}

function checkJumps(chain: BuiltChain, chains: Chains, job: Job): void {
  for (const entry of chain.entries) {
    const to = jumpOf(entry)
    if (to === undefined || chains.has(chain.table, to) || entry.kind === 'jump') continue
    const hint = `a target is written in capitals; a chain is made by a line :${to} - [0:0]`
    job.faults.push(
      new Fault('frame.unknown-chain', `there is no chain ${to} in ${chain.table}`, { at: entry.line.at, hint }),
    )
  }
}

/** Built-in chains of the table filter are, whatever stands in them; UFW's shared ones are made without the frame. */
function isWanted(family: 4 | 6, chain: BuiltChain): boolean {
  const beginning = family === 4 ? 'ufw-' : 'ufw6-'
  const isShared = chain.table === 'filter' && SHARED.some((name) => chain.name === `${beginning}${name}`)
  return chain.entries.length > 0 || (!chain.isBuiltIn && !isShared)
}

function finishChain(family: 4 | 6, chain: BuiltChain): FrameChain[] {
  const { table, name } = chain
  let count = 0
  // No chain of a file has a blank in its name.
  const place = { family, table, nameChain: () => `${name} ${++count}` }
  const made: FrameChain[] = []
  let current = emptyChain(name)
  const say = (rules: readonly string[], at?: Place) => {
    current.rules.push(...rules)
    current.places.push(...rules.map(() => at))
  }
  for (const entry of chain.entries) {
    if (entry.kind === 'jump') {
      say([`jump ${nftChain({ family, table, name: entry.chain })}`])
      continue
    }
    const { at } = entry.line
    const { rules, chains, rest } = assemble(entry.compiled, place)
    say(rules, at)
    made.push(...chains.map((of) => ({ family, table, ...of, places: of.rules.map(() => at) })))
    if (rest === undefined) continue
    made.push({ family, table, ...current })
    current = emptyChain(rest)
  }
  // UFW sets the policies of the table filter itself.
  if (chain.policy === 'DROP' && table !== 'filter') say(['drop'])
  return [{ family, table, ...current }, ...made].map(foldRuns)
}

function emptyChain(name: string): {
  readonly name: string
  readonly rules: string[]
  readonly places: (Place | undefined)[]
} {
  return { name, rules: [], places: [] }
}

function unreached(chain: BuiltChain): Fault {
  const hint = chain.name.startsWith('DOCKER')
    ? 'published ports follow the rules of ufw without it'
    : 'nothing jumps to it'
  return new Fault('frame.unreached', `no packet comes to the chain ${chain.name}: its rules are left out`, {
    ...(chain.at ? { at: chain.at } : {}),
    hint,
  })
}

/** What `act` gives, or undefined and its Fault among the faults. */
function collect<T>(job: Job, act: () => T): T | undefined {
  try {
    return act()
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    job.faults.push(thrown)
    return undefined
  }
}
