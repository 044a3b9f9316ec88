/** What the lists of ports of profiles come to: each of one end's with each of the other's. */
import type { Profile } from '../../config/ufw/profile.ts'
import { isList, sortedPorts } from './port-list.ts'

/** One end with one of its lists. */
export interface EndList<End> {
  readonly protocol: string
  readonly ports: string | undefined
  readonly end: End
}

/** Of each list of a profile the protocol, and the ports as UFW keeps them. @throws Fault `ufw.port` */
export function portLists({ ports: lists }: Profile): readonly { readonly protocol: string; readonly ports: string }[] {
  return lists.map((text) => {
    const [ports = '', protocol = 'any'] = text.split('/')
    return { protocol, ports: isList(ports) ? sortedPorts(ports, ` '${ports}'`) : ports }
  })
}

/** Where both ends are of one profile each list goes with itself alone. */
export function portPairs<End extends { readonly profile?: string | undefined }>(
  to: readonly EndList<End>[],
  from: readonly EndList<End>[],
): readonly { readonly protocol: string; readonly to: End; readonly from: End }[] {
  return to.flatMap((one) =>
    from
      .filter((other) => one.end.profile !== other.end.profile || one.ports === other.ports)
      // Where they differ, UFW takes the source's: an empty rule is not refused.
      .map((other) => ({
        protocol: other.protocol === 'any' ? one.protocol : other.protocol,
        to: one.end,
        from: other.end,
      })),
  )
}
