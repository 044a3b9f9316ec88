/** Where ours is meant to say something else than the installed ufw. */
import type { Answer } from './differential.test.ts'

/** Texts are the same but for the help, which is our own, dates of backups, and what Python says of its own. */
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
    why: 'UFW keeps the log level of a dry run, and whether it was enabled or disabled in one',
    when: (words) => /^--dry-run (?:--force )?(?:logging|enable|disable)\b/i.test(words.join(' ')),
  },
  {
    why: "of a profile's rules UFW deletes the routes with the others, and the others with the routes",
    when: (words, theirs, ours) =>
      words.includes('delete') &&
      theirs.out === ours.out &&
      tuples(theirs).every((line) => tuples(ours).includes(line)),
  },
  {
    why: "beside a profile's routes UFW says that it could not delete rules which it has deleted",
    when: (words, theirs, ours) =>
      words.includes('delete') && theirs.out.startsWith('Could not delete') && isSameState(theirs, ours),
  },
  {
    why: 'an insertion of rules of a profile, or among them: UFW counts places otherwise than it numbers rules',
    when: (words, theirs, ours) =>
      words.includes('insert') &&
      ours.code === theirs.code &&
      `${tuples(theirs).toSorted()}` === `${tuples(ours).toSorted()}`,
  },
]

/** Without the digests of their files. */
function tuples(answer: Answer): readonly string[] {
  return answer.tuples.filter((line) => !/^\S+ [0-9a-f]{16}$/.test(line))
}

/** Whether the files say the same. */
export function isSameState(theirs: Answer, ours: Answer): boolean {
  return theirs.tuples.join('\n') === ours.tuples.join('\n') && theirs.settings.join('\n') === ours.settings.join('\n')
}
