/** A finished drawing, which `svg` prints as a file of its own or for the middle of a page. */
export interface Picture {
  readonly kind: 'bar' | 'time' | 'map' | 'heat'
  readonly title: string
  /** One sentence for who cannot see it. */
  readonly description: string
  /** In pixels at its natural size. */
  readonly width: number
  readonly height: number
  /** The same numbers as lines of cells, the names of the columns first; none where nothing was counted. */
  readonly table: readonly (readonly string[])[]
  /** SVG elements, escaped. */
  readonly content: string
}
