/** Whether the kernel has tables of iptables-legacy, which nft does not see. */
import type { World } from '../../world/world.ts'

/** Families of which iptables-legacy has tables here. One look at a file each. */
export function legacyFamilies({ files }: Pick<World, 'files'>): (4 | 6)[] {
  return ([4, 6] as const).filter((family) => {
    const path = `/proc/net/ip${family === 6 ? '6' : ''}_tables_names`
    try {
      return files.stat(path) !== undefined && files.text(path).trim() !== ''
    } catch {
      // Not for our eyes: then nothing could be taken out either.
      return false
    }
  })
}
