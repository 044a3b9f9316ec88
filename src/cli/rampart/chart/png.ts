/** SVG → PNG, by an optional package: who wants no PNG needs neither it nor its font. */
import { Fault } from '../../../base/fault.ts'
import type { Files } from '../../../world/files.ts'
import type { Setting } from '../../setting.ts'

const PACKAGES = '@resvg/resvg-js@2.6.2 dejavu-fonts-ttf@2.37.3'
/** Where Debian's fonts-dejavu-core has the same letters. */
const SYSTEM_FONTS = '/usr/share/fonts/truetype/dejavu'
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'] as const
const FAMILY = 'DejaVu Sans'
/** Twice as many pixels as an SVG has, for screens that have them; of very long charts fewer. */
const SHARPNESS = 2
const MOST_PIXELS = 60_000_000

/**
 * @param svg with its colours written in: the renderer knows no variables
 * @throws Fault `chart.no-png` without the package or its font: it would leave out every word and say nothing; `chart.too-large`
 */
export async function png(
  { world, stockFolder }: Setting,
  svg: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const home = stockFolder.replace(/\/[^/]*$/, '')
  const { Resvg } = await load(home)
  const fontFiles = fontsIn(world.files)
  if (fontFiles.length === 0) throw missing('the font DejaVu Sans is not installed', home)
  const scale = Math.min(SHARPNESS, Math.sqrt(MOST_PIXELS / (width * height)))
  if (scale < 0.5)
    throw new Fault('chart.too-large', `a PNG of ${width} x ${height} pixels would not be readable`, {
      hint: 'fewer rows (-n 20), or --out with .svg',
    })
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY }
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: scale } }).render().asPng()
}

async function load(home: string) {
  try {
    return await import('@resvg/resvg-js')
  } catch (cause) {
    throw missing('the package that draws PNG is not installed', home, cause)
  }
}

function missing(what: string, home: string, cause?: unknown): Fault {
  return new Fault('chart.no-png', what, {
    hint: `npm install --prefix ${home} --no-save ${PACKAGES}; SVG and HTML need nothing more (--out with .svg or .html)`,
    cause,
  })
}

/** The regular one at least; none: undefined. */
function fontsIn(files: Pick<Files, 'stat'>): string[] {
  for (const folder of [packagedFonts(), SYSTEM_FONTS]) {
    const found = FONTS.map((name) => `${folder}/${name}`).filter((path) => files.stat(path)?.kind === 'file')
    if (folder !== undefined && found[0]?.endsWith(FONTS[0])) return found
  }
  return []
}

function packagedFonts(): string | undefined {
  try {
    const { pathname } = new URL(import.meta.resolve(`dejavu-fonts-ttf/ttf/${FONTS[0]}`))
    return decodeURIComponent(pathname).replace(/\/[^/]*$/, '')
  } catch {
    return undefined
  }
}
