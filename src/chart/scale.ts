/** Round numbers along an axis that begins at zero, at most `most` of them above it, none above `max`. */
export function ticks(max: number, most: number): readonly number[] {
  if (!(max > 0) || most < 1) return [0]
  const rough = max / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => max / step <= most + 1e-9) ?? 10 * power
  // What is counted is whole.
  const whole = Math.max(1, Math.round(step))
  return Array.from({ length: Math.floor(max / whole + 1e-9) + 1 }, (_, i) => i * whole)
}
