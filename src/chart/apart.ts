/** Points moved off each other, each as little as needed, so that none hides another. Same points in, same points out. */

type Point = readonly [x: number, y: number]

const ROUNDS = 60

/** @param distance that they end up from each other, about */
export function apart(points: readonly Point[], distance: number): readonly Point[] {
  const moved = points.map(([x, y]) => [x, y] as [number, number])
  for (let round = 0; round < ROUNDS; round++) {
    let isStill = true
    for (const [i, a] of moved.entries()) for (const b of moved.slice(i + 1)) if (push(a, b, distance)) isStill = false
    if (isStill) break
  }
  return moved
}

function push(a: [number, number], b: [number, number], distance: number): boolean {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const between = Math.hypot(dx, dy)
  if (between >= distance - 0.1) return false
  // Those on one spot go to its left and right.
  const [toX, toY] = between === 0 ? [1, 0] : [dx / between, dy / between]
  const step = (distance - between) / 2
  a[0] -= toX * step
  a[1] -= toY * step
  b[0] += toX * step
  b[1] += toY * step
  return true
}
