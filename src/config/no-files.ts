/**
 * What has the name of a file of the configuration and is none: a folder, a link that leads nowhere. Fail2ban passes over
 * it in silence; a guard that is told to read its configuration anew would go on with another one than was meant.
 */
import { Fault } from '../base/fault.ts'
import type { World } from '../world/world.ts'

const FILES = ['fail2ban', 'jail'].flatMap((name) => [`${name}.conf`, `${name}.local`])
const FOLDERS = ['fail2ban.d', 'jail.d', 'filter.d', 'action.d']

export function noFiles({ files }: World, folders: readonly string[]): Fault[] {
  const paths = folders.flatMap((folder) => {
    const inside = FOLDERS.flatMap((name) => files.list(`${folder}/${name}`).map((file) => `${name}/${file}`))
    return [...FILES, ...inside.filter((name) => /\.(conf|local)$/.test(name))].map((name) => `${folder}/${name}`)
  })
  return paths.flatMap((path) => {
    const kind = files.stat(path)?.kind
    const isThere = kind !== undefined || files.stat(path, { follow: false }) !== undefined
    return !isThere || kind === 'file' ? [] : [noFile(path, kind === undefined)]
  })
}

function noFile(path: string, isDangling: boolean): Fault {
  const message = `${path} is ${isDangling ? 'a link that leads nowhere' : 'no file'}`
  return new Fault('config.unreadable', message, {
    at: { file: path },
    hint: 'put a file in its place, or take it away',
  })
}
