/** The files that patterns name, each with its follower, and the folders whose changes wake them. */
import { Fault } from '../base/fault.ts'
import { Family } from './family.ts'
import { Follower } from './follow.ts'
import { expand, fits, hasWildcard, nameMatcher } from './glob.ts'
import type { Hands, LogState, Start } from './input.ts'
import { Listings } from './listings.ts'
import type { Mark, Position } from './position.ts'
import { Wakeups } from './wakeups.ts'

export interface FilePattern {
  /** An absolute path, or one with `*`, `?` or `[...]`. */
  readonly pattern: string
  /** For files that are there when it is first wanted; a file that comes later is read whole. */
  readonly start: Start
  /** Looked at once a second alone. */
  readonly poll?: boolean
}

export interface FollowedOptions {
  readonly onState: (log: string, state: LogState) => void
  /** Something that concerns all logs, told once. */
  readonly onFault: (fault: Fault) => void
  readonly position: (log: string) => Mark | undefined
  /** Where logs were left before. */
  readonly left: Iterable<readonly [log: string, mark: Mark]>
  readonly maxLineBytes: number
  readonly isOld: ((log: string, line: Uint8Array) => boolean | undefined) | undefined
  /** A follower has something to read. */
  readonly onBusy: () => void
}

/** Files at once; what patterns name beyond that is not read. */
const MAX_FILES = 2000

interface Entry {
  readonly follower: Follower
  pattern: string
  poll: boolean
}

/** A folder in which a new name may be a new log. */
interface Nest {
  readonly fits: (name: string) => boolean
  readonly poll: boolean
}

/** @throws Fault `source.relative` for a path that is not absolute */
export function checkPath(pattern: string): void {
  if (pattern.startsWith('/')) return
  throw new Fault('source.relative', `the log path "${pattern}" is not absolute`, {
    hint: 'write the whole path, beginning with /',
  })
}

export class Followed {
  readonly #hands: Hands
  readonly #options: FollowedOptions
  readonly #listings: Listings
  readonly #wakeups: Wakeups
  #patterns: readonly FilePattern[] = []
  /** By pattern. */
  #families = new Map<string, Family>()
  readonly #followers = new Map<string, Entry>()
  #inputs: readonly Follower[] = []
  #nests = new Map<string, Nest>()
  /** Logs that another process reads and feeds. */
  readonly #foreign = new Set<string>()
  /** Where files were left whose names are gone. */
  readonly #left = new Map<string, Position>()
  /** Names of files that another log of the pattern has open: they may be left to their names. */
  #isWaiting = false
  #moved = false
  /** Codes. */
  readonly #told = new Set<string>()

  constructor(hands: Hands, options: FollowedOptions) {
    this.#hands = hands
    this.#options = options
    this.#listings = new Listings(hands)
    this.#wakeups = new Wakeups(hands, {
      onChange: (folder, name) => this.#changed(folder, name),
      onBlind: (reason) => this.#blind(reason),
    })
  }

  get inputs(): readonly Follower[] {
    return this.#inputs
  }

  /** @throws Fault `source.relative` for a path that is not absolute; then nothing has changed */
  want(patterns: readonly FilePattern[]): void {
    for (const { pattern } of patterns) checkPath(pattern)
    // First what the old patterns would have found by now: it is new, whatever `start` says.
    this.#find()
    this.#patterns = merged(patterns)
    const families = this.#patterns.map(({ pattern }) => {
      return [pattern, this.#families.get(pattern) ?? this.#familyOf(pattern)] as const
    })
    this.#families = new Map(families)
    this.#find('as wanted')
    this.#index()
  }

  /** Leaves a log to another process for good. */
  leave(log: string): void {
    this.#foreign.add(log)
    const follower = this.#followers.get(log)?.follower
    if (follower) this.#drop(follower)
  }

  /** Once a second: what no watch told. */
  look(): void {
    this.#wakeups.check()
    this.#find()
    for (const follower of this.#inputs) follower.look()
    // A file that was let go just now has a name that it is read by from here on.
    if (this.#isWaiting) this.#find()
    this.#index()
  }

  close(): void {
    this.#wakeups.close()
    for (const follower of this.#inputs) follower.close()
    this.#followers.clear()
    this.#inputs = []
  }

  #familyOf(pattern: string): Family {
    const positions: Position[] = []
    for (const [log, mark] of this.#options.left) if ('inode' in mark && fits(pattern, log)) positions.push(mark)
    return new Family(positions)
  }

  #find(how?: 'as wanted'): void {
    if (how === undefined && this.#isSettled()) return
    const found = new Set<string>()
    const before = this.#nests
    this.#nests = new Map()
    this.#isWaiting = false
    for (const { pattern, start, poll = false } of this.#patterns) {
      const { paths, folders } = expand(pattern, (folder) => this.#listings.names(folder), this.#hands.files)
      const isOne = !hasWildcard(pattern)
      for (const path of isOne ? paths : this.#linksLast(paths)) {
        const entry = this.#followers.get(path)
        if (!entry) this.#follow(path, { pattern, poll, start: how === 'as wanted' || isOne ? start : 'begin' })
        else if (!found.has(path)) Object.assign(entry, { pattern, poll })
        else entry.poll &&= poll
        found.add(path)
      }
      for (const folder of folders) this.#nest(folder, pattern, poll)
    }
    if ([...this.#nests.keys()].some((folder) => !before.has(folder))) this.#moved = true
    const wanted = new Set(this.#patterns.map(({ pattern }) => pattern))
    for (const { follower, pattern } of this.#followers.values()) {
      if (!found.has(follower.log) && !(wanted.has(pattern) && follower.holds)) this.#drop(follower)
    }
  }

  /** Once a second with nothing changed: a stamp for each folder. Where a pattern ends in a plain name no stamp tells. */
  #isSettled(): boolean {
    if (this.#isWaiting) return false
    if (!this.#patterns.every(({ pattern }) => !hasWildcard(pattern) || hasWildcard(lastOf(pattern)))) return false
    return [...this.#nests.keys()].every((folder) => this.#listings.isSame(folder))
  }

  /** New links behind all else: what they lead to may have a name of its own, which stays. */
  #linksLast(paths: readonly string[]): readonly string[] {
    const links = paths.filter((path) => !this.#followers.has(path) && this.#hands.files.link(path) !== undefined)
    if (links.length === 0) return paths
    return [...paths.filter((path) => !links.includes(path)), ...links]
  }

  #nest(folder: string, pattern: string, poll: boolean): void {
    const names = pattern.split('/').filter(hasWildcard).map(nameMatcher)
    const other = this.#nests.get(folder)
    this.#nests.set(folder, {
      fits: (name) => (other?.fits(name) ?? false) || names.some((matches) => matches(name)),
      poll: poll && (other?.poll ?? true),
    })
  }

  #follow(path: string, { pattern, start, poll = false }: FilePattern): void {
    if (this.#foreign.has(path)) return
    if (this.#followers.size >= MAX_FILES) {
      const hint = 'let logpath name fewer files'
      this.#tellOnce(new Fault('source.too-many', `more than ${MAX_FILES} logs: ${path} is not read`, { hint }))
      return
    }
    const family = this.#families.get(pattern)!
    if (hasWildcard(pattern) && this.#isOpen(path, family)) {
      this.#isWaiting = true
      return
    }
    const mark = this.#left.get(path) ?? this.#options.position(path)
    const { isOld } = this.#options
    const follower = new Follower(this.#hands, path, {
      start: mark && 'inode' in mark ? mark : start,
      maxLineBytes: this.#options.maxLineBytes,
      family,
      ...(isOld ? { isOld: (line) => isOld(path, line) } : {}),
      onState: (log, state) => {
        this.#moved = true
        this.#options.onState(log, state)
      },
    })
    this.#left.delete(path)
    this.#followers.set(path, { follower, pattern, poll })
    this.#inputs = [...this.#inputs, follower]
    this.#moved = true
    follower.look()
  }

  /** Another log of the pattern reads the file: it was renamed just now, or has two names. */
  #isOpen(path: string, family: Family): boolean {
    try {
      const stat = this.#hands.files.stat(path)
      return stat !== undefined && family.has(stat)
    } catch {
      return false
    }
  }

  #drop(follower: Follower): void {
    const position = follower.position()
    if (position) this.#left.set(follower.log, position)
    if (this.#left.size > MAX_FILES) this.#left.delete(this.#left.keys().next().value!)
    follower.close()
    this.#followers.delete(follower.log)
    this.#inputs = this.#inputs.filter((other) => other !== follower)
    this.#moved = true
  }

  /** After a file was opened or dropped: which paths and folders matter now. */
  #index(): void {
    if (!this.#moved) return
    this.#moved = false
    const followers = [...this.#followers.values()].flatMap(({ follower, poll }) => (poll ? [] : [follower]))
    const nests = [...this.#nests].flatMap(([folder, { poll }]) => (poll ? [] : [folder]))
    this.#wakeups.watch(followers, nests)
  }

  #changed(folder: string, name: string | undefined): void {
    const concerned = name === undefined ? [] : this.#wakeups.of(folder, name)
    for (const follower of concerned) follower.look()
    if (concerned.length === 0) {
      if (name === undefined || this.#nests.get(folder)?.fits(name)) this.#find()
      // A name of no log may be an old file that gets late lines.
      for (const follower of this.#wakeups.in(folder)) if (name === undefined || follower.drains) follower.look()
    }
    this.#index()
    if (this.#inputs.some(({ busy }) => busy)) this.#options.onBusy()
  }

  #blind(cause: Fault): void {
    const message = `${cause.message}: logs are looked at five times a second instead`
    const hint = cause.hint === undefined ? {} : { hint: cause.hint }
    this.#tellOnce(new Fault('source.no-watch', message, { ...hint, cause }))
  }

  #tellOnce(fault: Fault): void {
    if (this.#told.has(fault.code)) return
    this.#told.add(fault.code)
    this.#options.onFault(fault)
  }
}

/** Of those for the same pattern: the most that is asked for. */
function merged(patterns: readonly FilePattern[]): readonly FilePattern[] {
  const byPattern = new Map<string, FilePattern>()
  for (const one of patterns) {
    const { pattern, start, poll } = byPattern.get(one.pattern) ?? one
    const isWhole = start === 'begin' || one.start === 'begin'
    byPattern.set(pattern, { pattern, start: isWhole ? 'begin' : 'end', poll: (poll && one.poll) ?? false })
  }
  return [...byPattern.values()]
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
