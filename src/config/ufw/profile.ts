/** A profile of an application: a name for ports. */
export interface Profile {
  readonly name: string
  readonly title: string
  readonly description: string
  /** As UFW keeps them: `80,443/tcp`, `53`, `6000:6003/udp`. */
  readonly ports: readonly string[]
}

export interface ReadProfiles {
  /** By name, in the order of `app list`. */
  readonly profiles: ReadonlyMap<string, Profile>
  /** UFW's texts, without `WARN: `. */
  readonly warnings: readonly string[]
}
