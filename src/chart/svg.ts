/** A picture as SVG: no script, no style attributes, no ids, so that several stand in one page and none disturbs another. */
import { element, escaped, titled } from './markup.ts'
import type { Picture } from './picture.ts'
import { chartStyle, type Theme } from './style.ts'

export interface SvgOptions {
  /** `light` and `dark` have their colours written in, for programs that know no CSS variables. */
  readonly theme?: Theme
  /** For a page: without a ground of its own; and without style where the page's style sheet holds `chartStyle()`. */
  readonly inline?: boolean | 'without-style'
}

/** The SVG element; what stands in a file has its name space, its ground and its style in it. */
export function svg(picture: Picture, { theme = 'auto', inline = false }: SvgOptions = {}): string {
  const { kind, title, description, width, height, content } = picture
  return element(
    'svg',
    {
      xmlns: inline ? undefined : 'http://www.w3.org/2000/svg',
      class: `rampart-chart rc-${kind}-chart`,
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': `${title}. ${description}`,
    },
    titled(title),
    element('desc', {}, escaped(description)),
    inline === 'without-style' ? '' : `<style>${chartStyle(theme)}</style>`,
    inline ? '' : element('rect', { class: 'rc-ground', width, height }),
    content,
  )
}
