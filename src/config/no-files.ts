/**
 * What has the name of a file of the configuration and is none: a folder, a link that leads nowhere. Fail2ban passes over
 * it in silence; a guard that is told to read its configuration anew would go on with another one than was meant.
 */
import { Fault } from '../base/fault.ts'
import type { Files } from '../world/files.ts'
import type { World } from '../world/world.ts'

const FILES = ['fail2ban', 'jail'].flatMap((name) => [`${name}.conf`, `${name}.local`])
const FOLDERS = ['fail2ban.d', 'jail.d', 'filter.d', 'action.d']

export function noFiles({ files }: World, folders: readonly string[]): Fault[] {
  const paths = folders.flatMap((folder) => {
    const inside = FOLDERS.flatMap((name) => namesIn(files, `${folder}/${name}`).map((file) => `${name}/${file}`))
    return [...FILES, ...inside].map((name) => `${folder}/${name}`)
  })
  return paths.flatMap((path) => {
    const what = whatElse(files, path)
    if (what === undefined) return []
    const hint = 'put a file in its place, or take it away'
    return [new Fault('config.unreadable', `${path} is ${what}`, { at: { file: path }, hint })]
  })
}

function namesIn(files: Files, folder: string): string[] {
  try {
    return files.list(folder).filter((name) => /\.(conf|local)$/.test(name))
  } catch {
    return [] // A file in the place of the folder: then nothing stands in it.
  }
}

/** undefined where there is a file, or nothing. */
function whatElse(files: Files, path: string): string | undefined {
  try {
    const stat = files.stat(path)
    if (stat) return stat.kind === 'file' ? undefined : 'no file'
    return files.stat(path, { follow: false }) ? 'a link that leads nowhere' : undefined
  } catch {
    return 'nothing that can be looked at'
  }
}
