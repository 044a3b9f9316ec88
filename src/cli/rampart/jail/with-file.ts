/** The world with one file as it would be: for a look at what would come of it before it is written. */
import { Fault } from '../../../base/fault.ts'
import type { Files, Stat } from '../../../world/files.ts'
import type { World } from '../../../world/world.ts'

/** @param text empty: it would not be there */
export function withFile(world: World, path: string, text: string): World {
  const { files } = world
  const bytes = new TextEncoder().encode(text)
  const slash = path.lastIndexOf('/')
  const [folder, name] = [path.slice(0, slash), path.slice(slash + 1)]
  const own = <T>(asked: string, is: () => T, other: () => T): T => (asked === path ? is() : other())
  const content = () => {
    if (text === '') throw new Fault('file.absent', `${path} is not there`)
    return bytes
  }
  const wouldBe: Partial<Files> = {
    stat(asked, options) {
      if (asked === path) return text === '' ? undefined : { ...NEW, size: bytes.length }
      const isAround = text !== '' && path.startsWith(`${asked}/`)
      return files.stat(asked, options) ?? (isAround ? { ...NEW, kind: 'folder' } : undefined)
    },
    read: (asked, most) => own(asked, content, () => files.read(asked, most)),
    text: (asked, most) =>
      own(
        asked,
        () => new TextDecoder().decode(content()),
        () => files.text(asked, most),
      ),
    list(asked, options) {
      const names = files.list(asked, options)
      if (asked !== folder) return names
      const others = names.filter((one) => one !== name)
      return text === '' ? others : [...others, name].sort()
    },
  }
  return { ...world, files: { ...files, ...wouldBe } }
}

const NEW: Stat = {
  ...{ kind: 'file', size: 0, device: 0, inode: 0, owner: 0, group: 0, mode: 0o644, links: 1, modifiedMs: 0 },
}
