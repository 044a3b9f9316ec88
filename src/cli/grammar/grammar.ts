/** A program's words and options with what `--help` says of each: what its manual page and its completion are made from. */

export interface Grammar {
  /** As it is typed: `rampart firewall apply`. */
  readonly name: string
  /** In the lists of commands, and at the head of a page. */
  readonly summary: string
  readonly description: string
  /** What may stand behind the name: `[options] <file>`. */
  readonly usage: string
  readonly arguments: readonly GrammarArgument[]
  readonly options: readonly GrammarOption[]
  /** Under the headings that `--help` has. */
  readonly commands: readonly { readonly heading: string; readonly members: readonly Grammar[] }[]
  /** What `--help` says last: examples, exit codes. */
  readonly after: string
}

export interface GrammarArgument {
  readonly name: string
  readonly told: string
  /** More than one may stand there; only the last argument. */
  readonly several: boolean
  /** All that it can be; empty: anything. */
  readonly choices: readonly string[]
}

export interface GrammarOption {
  /** The short form first, if there is one: `-h`, `--help`. */
  readonly names: readonly string[]
  /** Of its value, `<path>`; undefined: it has none. */
  readonly value: string | undefined
  readonly told: string
  readonly choices: readonly string[]
}
