/** In another order, the same for the same seed. */
export function shuffled<T>(values: readonly T[], seed: number): T[] {
  const result = [...values]
  let state = seed
  for (let i = result.length - 1; i > 0; i--) {
    // Source: Park and Miller, "Random number generators: good ones are hard to find" (1988).
    state = (state * 48271) % 2147483647
    const j = state % (i + 1)
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}
