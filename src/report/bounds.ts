/** How long the lists of a report may get: a page must open at once and be mailed, whatever happened. What is left out is told. */
export const BOUNDS = {
  /** Rows of the charts and of the tables that stand open. */
  top: 20,
  /** Rows of a whole table. */
  rows: 1_000,
  /** Rows of ports, paths, agents, repeat offenders. */
  short: 15,
  /** Rows behind a sentence of the reading. */
  evidence: 50,
  /** Addresses of a jail that are shown at once, and behind a click; and in the whole page. */
  open: 48,
  addresses: 10_000,
  allAddresses: 20_000,
  /** Jails that get a list of their own, and that are asked for one. */
  jails: 40,
  askedJails: 200,
  /** Addresses whose places are looked at twice. */
  places: 200_000,
  /** Stretches of time in Markdown. */
  stretches: 62,
  /** Characters of a path or an agent. */
  text: 240,
} as const
