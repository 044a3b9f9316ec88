/** A finished drawing, which `svg` prints as a file of its own or for the middle of a page. */
export interface Picture {
  readonly kind: 'bar' | 'time' | 'map' | 'heat'
  readonly title: string
  /** One sentence for who cannot see it. */
  readonly description: string
  /** In pixels at its natural size. */
  readonly width: number
  readonly height: number
  /** SVG elements, escaped. */
  readonly content: string
}
