/** Which of six shades a count gets: steps that grow like its magnitude, for one country often has more than all others together. */

export interface Shades {
  /** From the lightest on; both ends belong to it. */
  readonly bounds: readonly (readonly [from: number, to: number])[]
  /** Which of them a count is in. */
  of(count: number): number
  /** Which of the six colours that shade has. */
  colour(shade: number): number
}

const SHADES = 6

/** For whole numbers above zero. */
export function shades(counts: readonly number[]): Shades {
  const values = [...new Set(counts.filter((count) => count > 0))].sort((a, b) => a - b)
  const bounds = values.length <= SHADES ? values.map((value) => [value, value] as const) : steps(values.at(-1)!)
  return {
    bounds,
    of: (count) => bounds.findIndex(([, to]) => count <= to),
    // Few shades are spread over the colours, the darkest for the most.
    colour: (shade) => (bounds.length <= 1 ? SHADES - 1 : Math.round((shade * (SHADES - 1)) / (bounds.length - 1))),
  }
}

/** Round ends, each about as many times the one before; the last is the highest count itself. */
function steps(most: number): readonly (readonly [number, number])[] {
  const bounds: (readonly [number, number])[] = []
  let from = 1
  for (let i = 1; i <= SHADES; i++) {
    const to = i === SHADES ? most : Math.max(from, round(most ** (i / SHADES)))
    bounds.push([from, to])
    from = to + 1
  }
  return bounds
}

function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return Math.round(value / power) * power
}
