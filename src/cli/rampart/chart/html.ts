/** A chart as a page of its own, its numbers below: nothing in it is loaded from elsewhere, and no script could run in it. */
import { escaped } from '../../../chart/markup.ts'
import type { Picture } from '../../../chart/picture.ts'
import { chartStyle, coloured, type Theme } from '../../../chart/style.ts'
import { svg } from '../../../chart/svg.ts'
import { policy } from '../../../report/page/policy.ts'

export async function chartPage(picture: Picture, theme: Theme = 'auto'): Promise<string> {
  const style = chartStyle(theme) + (theme === 'auto' ? PAGE : coloured(PAGE, theme))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}">
<meta http-equiv="Content-Security-Policy" content="${escaped(await policy([style]))}">
<title>${escaped(picture.title)}</title>
<style>${style}</style>
</head>
<body class="rampart-chart">
<div class="picture">${svg(picture, { inline: 'without-style' })}</div>
${tableOf(picture)}</body>
</html>
`
}

function tableOf({ table: [head, ...lines] }: Picture): string {
  if (head === undefined) return ''
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}><bdi>${escaped(cell)}</bdi></${tag}>`).join('')}</tr>`
  const body = lines.map((line) => `${row(line, 'td')}\n`).join('')
  return `<details>
<summary>The numbers as a table</summary>
<div class="picture"><table>
<thead>${row(head, 'th')}</thead>
<tbody>
${body}</tbody>
</table></div>
</details>
`
}

// What is wider than a phone is scrolled, not made so small that nobody can read it.
const PAGE = [
  'body{margin:0;background:var(--rc-ground);color:var(--rc-ink);font:14px/1.5 system-ui,sans-serif}',
  '.picture{overflow-x:auto}',
  'svg{display:block;margin:0 auto}',
  'details{max-width:860px;margin:0 auto;padding:0 20px 24px;box-sizing:border-box}',
  'summary{cursor:pointer;color:var(--rc-soft);padding:4px 0}',
  'table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin-top:8px}',
  'th,td{padding:3px 14px 3px 0;border-bottom:1px solid var(--rc-line);text-align:right;white-space:nowrap}',
  'th:first-child,td:first-child{text-align:left}',
  '@media print{details{display:none}.picture{overflow:visible}svg{max-width:100%;height:auto}}',
].join('')
