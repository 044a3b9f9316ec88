/** One chart, drawn or written, of the same values. */
import type { Page } from '../../../chart/page.ts'
import type { Picture } from '../../../chart/picture.ts'

export interface Drawn {
  /** @param width in pixels; undefined: the usual one */
  picture(width: number | undefined): Picture
  text(page: Page): string
}

/** What of the command line a chart itself follows. */
export interface Wanted {
  /** How many bars; undefined: all. */
  readonly rows: number | undefined
  readonly title?: string
}
