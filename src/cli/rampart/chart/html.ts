/** A chart as a page of its own: nothing in it is loaded from elsewhere, and no script could run in it. */
import { escaped } from '../../../chart/markup.ts'
import type { Picture } from '../../../chart/picture.ts'
import { chartStyle, type Theme } from '../../../chart/style.ts'
import { svg } from '../../../chart/svg.ts'
import { policy } from '../../../report/page/policy.ts'

export async function chartPage(picture: Picture, theme: Theme = 'auto'): Promise<string> {
  const style = PAGE + chartStyle(theme)
  const scheme = theme === 'auto' ? 'light dark' : theme
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${scheme}">
<meta http-equiv="Content-Security-Policy" content="${escaped(await policy([style]))}">
<title>${escaped(picture.title)}</title>
<style>${style}</style>
</head>
<body>
${svg(picture, { inline: 'without-style' })}
</body>
</html>
`
}

// The ground is the chart's own, to the edge of the window; wide charts are scrolled on a phone, not shrunk until nobody can read them.
const PAGE =
  'body{margin:0;overflow-x:auto}.rampart-chart{display:block;box-sizing:content-box;min-width:100%;background:var(--rc-ground)}' +
  '@media print{body{overflow:visible}.rampart-chart{max-width:100%;height:auto}}'
