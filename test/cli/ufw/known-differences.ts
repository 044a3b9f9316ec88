/** Where ours is meant to say something else than the installed ufw. */
import type { Answer } from './differential.test.ts'

/** Texts are the same but for the help, which is our own, dates of backups, and what Python says of its own faults. */
export function sameText(theirs: string, ours: string): boolean {
  return plain(theirs) === plain(ours)
}

function plain(text: string): string {
  return text
    .replace(/\n?Usage: [\s\S]*/, 'HELP')
    .replaceAll(/\d{8}_\d{6}/g, 'DATE')
    .replace(/Traceback [\s\S]*/, '')
}

/** Why the two may differ; undefined: they may not. */
export function reasonFor(words: readonly string[], theirs: Answer, ours: Answer): string | undefined {
  return KNOWN.find(({ when }) => when(words, theirs, ours))?.why
}

interface Known {
  readonly why: string
  readonly when: (words: readonly string[], theirs: Answer, ours: Answer) => boolean
}

const KNOWN: readonly Known[] = [
  {
    why: 'UFW ends in a fault of its own program; here it is bad syntax, and the help follows',
    when: (_, theirs, ours) => theirs.err.includes('Traceback') && ours.code === 1,
  },
  {
    why: 'UFW keeps the log level of a dry run',
    when: (words) => /^--dry-run (?:--force )?logging /i.test(words.join(' ')),
  },
]
