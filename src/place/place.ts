/**
 * A place: what is known of where an address stands in the network and in the world. All of it is said of the network, none of
 * it of a person.
 *
 * Names are as their source spells them: hostile text, which whoever prints it passes through `printable` first.
 */

/** What kind of address it is, told by ourselves: only a public one can be anywhere. */
export type Kind =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  /** Behind a provider's own translation: RFC 6598. */
  | 'shared'
  | 'documentation'
  | 'multicast'
  | 'reserved'
  /** No address at all. */
  | 'garbage'

/** What is not known is not there. */
export interface Place {
  readonly kind: Kind
  /** ISO 3166-1 alpha-2 in capitals; also XK. */
  readonly country?: string
  readonly asn?: number
  /** Without its AS number. Several AS numbers may bear one name: who counts, counts by number. */
  readonly organisation?: string
  /** Without its district: `Ann Arbor (Old West Side)` is Ann Arbor. Cities of one name lie in several countries: the key is both. */
  readonly city?: string
  /** The city with its district, where the source names one. */
  readonly cityAsGiven?: string
  /** The country that the source of the city says, where it is not `country`: two sources differ for 2 addresses of 1,000. */
  readonly cityCountry?: string
  readonly region?: string
  readonly latitude?: number
  readonly longitude?: number
}
