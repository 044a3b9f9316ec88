/** The kernel's settings that UFW makes when it starts: the file that IPT_SYSCTL names, in sysctl's form. */
import type { UfwPaths } from '../../config/ufw/paths.ts'
import type { Files } from '../../world/files.ts'

/** Settings that this kernel does not have are passed over, as UFW does. */
export function makeSettings(files: Files, paths: Pick<UfwPaths, 'defaults'>): void {
  const path = pathOf(files, paths)
  if (!path || !files.stat(path)) return
  for (const [pattern, value] of readSettings(files.text(path))) {
    for (const name of namesOf(files, pattern)) {
      try {
        files.overwrite(`/proc/sys/${name}`, `${value}\n`)
      } catch {
        // Not of this kernel, or not to be changed here: in a container most are not.
      }
    }
  }
}

/** A `*` stands for what is there: each interface, say. */
function namesOf(files: Files, pattern: string): readonly string[] {
  const known = (part: string, above: string) => {
    const form = new RegExp(`^${part.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
    return files.list(`/proc/sys/${above}`).filter((name) => form.test(name))
  }
  return pattern
    .split('/')
    .reduce<readonly string[]>(
      (above, part) =>
        above.flatMap((folder) =>
          (part.includes('*') ? known(part, folder) : [part]).map((name) =>
            folder === '' ? name : `${folder}/${name}`,
          ),
        ),
      [''],
    )
}

function pathOf(files: Files, { defaults }: Pick<UfwPaths, 'defaults'>): string | undefined {
  const text = files.stat(defaults) ? files.text(defaults) : ''
  return [...text.matchAll(/^[ \t]*IPT_SYSCTL=["']?([^"'\s]*)/gm)].at(-1)?.[1]
}

/** `net/ipv4/tcp_syncookies=0`, `-net.ipv4.conf.all.rp_filter = 1`; names with their folders. Source: sysctl.d(5). */
export function readSettings(text: string): readonly (readonly [name: string, value: string])[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*-?\s*([A-Za-z0-9_./*-]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (!found) return []
    const [, name = '', value = ''] = found
    const path = folders(name)
    return path.split('/').some((part) => part === '' || part === '.' || part === '..') ? [] : [[path, value]]
  })
}

/** The first separator says which it is; then the other stands for itself: `net.ipv4.conf.eth0/100.rp_filter`. */
function folders(name: string): string {
  const first = /[./]/.exec(name)?.[0]
  return first === '.' ? name.replace(/[./]/g, (char) => (char === '.' ? '/' : '.')) : name
}
