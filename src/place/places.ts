/** Addresses → places, from whatever data there is. Without any, every place is unknown, which is no fault. */
import type { Place } from './place.ts'

export interface Places {
  /**
   * A place for each address, in their order. `wants.city`: the data of cities is opened too.
   * @param addresses canonical or not, networks too; what is no address has kind `garbage`
   */
  find(
    addresses: readonly string[],
    wants: { readonly city: boolean },
    onProgress?: (done: number, of: number) => void,
  ): Promise<readonly Place[]>
  /** Where the answers so far came from; before the first `find`, where they would. */
  readonly sources: readonly DataSource[]
  /** What went wrong while asking, a sentence each, escaped: what was answered counts all the same. */
  readonly troubles: readonly string[]
  close(): void
}

/** Where places are known from, and what is owed to who made them known. */
export interface DataSource {
  readonly name: string
  readonly licence: string
  /** The line that the licence asks for. */
  readonly credit: string
  /** Where the credit leads. */
  readonly url: string
  /** Of the data: YYYY-MM-DD. */
  readonly date?: string
  readonly covers: 'country' | 'organisation' | 'city' | 'all'
}
