/** The page's own style sheet. Colours are tokens in two sets; on paper the light one. */

export interface Tokens {
  readonly [name: string]: string
}

/** Text against its ground has 4.5:1 at least (WCAG 2.2 AA); the charts in the cards have the same ground as the cards. */
export const TOKENS: { readonly light: Tokens; readonly dark: Tokens } = {
  light: {
    page: '#f3f5f8',
    card: '#ffffff',
    ink: '#1c2128',
    soft: '#57606a',
    line: '#d8dee4',
    link: '#175a9c',
    bar: '#2f6fb4',
    wash: '#eef3f9',
    band: '#0b2545',
    'band-ink': '#ffffff',
    'band-soft': '#c4d4e8',
  },
  dark: {
    page: '#02060c',
    card: '#0d1117',
    ink: '#e6edf3',
    soft: '#9ba5b0',
    line: '#2b323b',
    link: '#79b8f5',
    bar: '#4c94dd',
    wash: '#151c26',
    band: '#0a1a30',
    'band-ink': '#ffffff',
    'band-soft': '#b3c5da',
  },
}

export function pageStyle(): string {
  return `:root{color-scheme:light dark;${tokens(TOKENS.light)}}
@media screen and (prefers-color-scheme:dark){:root{${tokens(TOKENS.dark)}}}${RULES}`
}

function tokens(set: Tokens): string {
  return Object.entries(set)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')
}

const RULES = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.wide{max-width:72rem;margin:0 auto;padding:0 1.25rem}
.band{background:var(--band);color:var(--band-ink);padding:2.2rem 0 5.2rem}
.brand{display:flex;align-items:center;gap:.6rem;color:var(--band-soft);font-weight:600;letter-spacing:.04em}
.brand svg{width:1.5rem;height:1.5rem;fill:currentColor;flex:none}
h1{font-size:clamp(1.6rem,4.4vw,2.5rem);line-height:1.15;letter-spacing:-.015em;margin:.9rem 0 .5rem;font-weight:700;text-wrap:balance}
.band p{margin:0;color:var(--band-soft);max-width:60rem}
main.wide{margin-top:-3.4rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.2rem,1fr));background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden;margin:0 0 1.25rem;padding:0}
.cards div{box-shadow:0 0 0 .5px var(--line);padding:1rem 1.15rem 1.05rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}
.cards dt{color:var(--soft);font-size:.86rem;line-height:1.35}
.cards dd{margin:0;font-size:clamp(1.5rem,3.2vw,2.05rem);font-weight:680;letter-spacing:-.02em;line-height:1.25}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.35rem 1.5rem 1.5rem;margin:0 0 1.25rem}
h2{font-size:1.28rem;margin:0 0 .15rem;letter-spacing:-.01em;line-height:1.3}
h3{font-size:1.02rem;margin:1.4rem 0 .35rem}
.lead{color:var(--soft);margin:0 0 .9rem;font-size:.93rem}
nav ul{display:flex;flex-wrap:wrap;gap:.35rem .5rem;list-style:none;margin:1.1rem 0 0;padding:0}
nav a{display:block;color:var(--band-ink);text-decoration:none;font-size:.88rem;padding:.22rem .7rem;border:1px solid var(--band-soft);border-radius:999px}
nav a:hover{background:var(--band-ink);color:var(--band)}
.band :focus-visible{outline-color:var(--band-ink)}
.reading dl{margin:0}
.reading dl>div{display:grid;grid-template-columns:9.5rem 1fr;gap:.2rem 1.5rem;padding:.95rem 0;border-top:1px solid var(--line)}
.reading dl>div:last-child{padding-bottom:0}
.reading dt{font-weight:650;color:var(--link)}
.reading dd{margin:0;min-width:0}
.reading dd p{margin:0;text-wrap:pretty}
.reading details{margin:.15rem 0 .75rem}
.reading dd>details:last-child{margin-bottom:0}
.reading summary{font-size:.84rem}
summary{cursor:pointer;color:var(--link);min-height:1.5rem;padding:.1rem 0}
summary:hover{text-decoration:underline}
figure{margin:.2rem -1.25rem .4rem}
.rampart-chart{display:block;max-width:100%;height:auto;margin:0 auto}
.narrow,.paper{display:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
caption{text-align:left;color:var(--soft);font-size:.86rem;padding:0 0 .4rem}
th{font-weight:600;color:var(--soft);font-size:.84rem;text-align:left}
td,th{padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tbody th{color:inherit;font-size:inherit;font-weight:400}
.n{text-align:right;white-space:nowrap}
.ip{white-space:nowrap}
.land{overflow-wrap:normal}
.rank{color:var(--soft);text-align:right;width:3rem;white-space:nowrap}
.of{width:22%;min-width:4rem;padding-right:0;padding-top:.78rem}
.of svg{display:block;width:100%;height:.55rem}
.of rect{fill:var(--bar)}
.id{color:var(--soft);white-space:nowrap}
.more{color:var(--soft);font-size:.88rem;margin:.5rem 0 0}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2.5rem}
.pair>*{min-width:0}
code,.ips{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
.ips{margin:.3rem 0 .2rem;white-space:pre-wrap;columns:17ch;column-gap:2ch;line-height:1.6}
.ips.long{columns:44ch}
.jail{border-top:1px solid var(--line);padding-top:.9rem;margin-top:.9rem}
.jail h3{margin:0;display:flex;gap:.6rem;align-items:baseline;flex-wrap:wrap}
.jail h3 span{color:var(--soft);font-weight:400;font-size:.9rem}
.empty{background:var(--wash);border-radius:8px;padding:1rem 1.1rem;margin:.4rem 0 0;color:var(--ink)}
.method{font-size:.93rem}
.method ul{padding-left:1.2rem;margin:.3rem 0}
.method li{margin:.2rem 0}
footer{color:var(--soft);font-size:.88rem;padding:.4rem 0 2.5rem}
@media (max-width:44rem){
.wide{padding:0 .75rem}
.band{padding:1.5rem 0 4.6rem}
section{padding:1.05rem 1rem 1.15rem;border-radius:10px}
.cards{grid-template-columns:1fr 1fr}
.cards div{padding:.75rem .9rem .8rem}
.reading dl>div{grid-template-columns:1fr}
figure{margin:.2rem -1rem .4rem}
.broad{display:none}
.narrow{display:block;overflow-x:auto}
.narrow .rc-heat-chart{max-width:none;margin:0}
.of{display:none}
td,th{padding-right:.55rem}
.rank{width:2rem}
}
@media print{
@page{margin:14mm 12mm}
body{background:none;font-size:10pt}
.wide{max-width:none;padding:0}
.band{background:none;color:var(--ink);padding:0 0 .4rem;border-bottom:2pt solid var(--ink);margin-bottom:4mm}
.band p,.brand{color:var(--soft)}
nav,.narrow{display:none}
.broad{display:block}
main.wide{margin:0}
section{border:0;border-radius:0;padding:0;margin:0 0 7mm}
.paper{display:block}
.cards{grid-template-columns:repeat(auto-fit,minmax(30mm,1fr));border-radius:0;break-inside:avoid}
.cards dd{font-size:15pt}
h2,h3,.lead,caption,thead{break-after:avoid}
figure{margin:0}
.reading dd p{margin:0 0 1.5mm}
figure,.reading dd>p,tr,.jail h3{break-inside:avoid}
.jail{break-inside:avoid}
.rampart-chart{max-height:235mm}
.reading dl>div{padding:2.2mm 0}
details:not([open]){display:none}
a{color:inherit}
.ips{columns:17ch}
}`
