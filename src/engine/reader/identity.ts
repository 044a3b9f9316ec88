/** Whom the reader becomes: the user made for it, else nobody; with the groups that may read logs. */
import type { Files } from '../../world/files.ts'

/** Debian gives adm the files of /var/log, systemd gives systemd-journal the journal. */
const GROUPS = ['adm', 'systemd-journal']
const NOBODY = '65534'

/** `UID GID,GID...`, as src/reader.ts takes them. */
export function readerIdentity(files: Files): string[] {
  const users = entries(files, '/etc/passwd')
  const groups = entries(files, '/etc/group')
  const user = users.get('rampart') ?? users.get('nobody')
  const readable = GROUPS.flatMap((name) => groups.get(name)?.[2] ?? [])
  return [user?.[2] ?? NOBODY, [...readable, user?.[3] ?? NOBODY].join(',')]
}

/** passwd(5), group(5): fields between colons, by name. */
function entries(files: Files, path: string): Map<string, string[]> {
  const rows = files
    .text(path)
    .split('\n')
    .map((line) => line.split(':'))
  return new Map(rows.map((fields) => [fields[0]!, fields]))
}
