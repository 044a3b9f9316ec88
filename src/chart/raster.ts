/** The world's countries as a grid of points: which country each point is in. */
import { WORLD_DOTS, WORLD_HEIGHT, WORLD_SHAPES, WORLD_WIDTH } from './world-shapes.ts'

export interface Raster {
  readonly width: number
  readonly height: number
  /** The code of the country at a point; undefined: sea. `''`: land of no code. */
  at(x: number, y: number): string | undefined
}

/**
 * @param width in points, which are square
 * @param dotted codes of which something must be seen however small they are
 */
export function raster(width: number, dotted: readonly string[]): Raster {
  const scale = width / WORLD_WIDTH
  const height = Math.ceil(WORLD_HEIGHT * scale)
  const grid: (string | undefined)[] = Array.from({ length: width * height })
  for (const [code, path] of Object.entries(WORLD_SHAPES)) {
    const put = (x: number, y: number) => {
      grid[y * width + x] = code
    }
    fill(ringsOf(path, scale), width, height, put)
  }
  for (const code of dotted) {
    const dot = Object.hasOwn(WORLD_DOTS, code) ? WORLD_DOTS[code] : undefined
    if (!dot) continue
    const [x, y] = [Math.floor(dot[0] * scale), Math.floor(dot[1] * scale)]
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const)
      if (x + dx < width && y + dy < height) grid[(y + dy) * width + x + dx] = code
  }
  return { width, height, at: (x, y) => (x < width && y < height ? grid[y * width + x] : undefined) }
}

type Ring = readonly (readonly [x: number, y: number])[]

/** Paths as scripts/charts writes them: `M`, a point, `l`, steps, `z`. */
function ringsOf(path: string, scale: number): readonly Ring[] {
  return path
    .split('M')
    .slice(1)
    .map((ring) => {
      const [startX = 0, startY = 0, ...steps] = (ring.match(/-?\d+/g) ?? []).map(Number)
      const points: [number, number][] = [[startX * scale, startY * scale]]
      for (let i = 0; i < steps.length; i += 2) {
        const [x, y] = points.at(-1)!
        points.push([x + steps[i]! * scale, y + steps[i + 1]! * scale])
      }
      return points
    })
}

/** What lies within an odd number of outlines, by lines through the middles of the points. */
function fill(rings: readonly Ring[], width: number, height: number, put: (x: number, y: number) => void): void {
  const crossings = new Map<number, number[]>()
  for (const ring of rings)
    for (const [i, [x1, y1]] of ring.entries()) {
      const [x2, y2] = ring[(i + 1) % ring.length]!
      const [from, to] = [
        Math.max(0, Math.ceil(Math.min(y1, y2) - 0.5)),
        Math.min(height, Math.ceil(Math.max(y1, y2) - 0.5)),
      ]
      for (let y = from; y < to; y++) {
        const x = x1 + ((y + 0.5 - y1) / (y2 - y1)) * (x2 - x1)
        crossings.set(y, [...(crossings.get(y) ?? []), x])
      }
    }
  for (const [y, found] of crossings) {
    found.sort((a, b) => a - b)
    for (let i = 0; i + 1 < found.length; i += 2)
      for (let x = Math.max(0, Math.ceil(found[i]! - 0.5)); x < Math.min(width, Math.ceil(found[i + 1]! - 0.5)); x++)
        put(x, y)
  }
}
