/**
 * Zones of a fixed offset, as Fail2ban's `logtimezone` and its zone tokens know them: `UTC+0200`, `+02:00`, `CET`, and a
 * military letter. An abbreviation may stand before an offset; the two add up (`CET+0100` is two hours).
 */

/** Minutes east of Greenwich; undefined where the name or the form is unknown. The empty text is UTC. */
export function zoneOffset(text: string): number | undefined {
  const parts = FORM.exec(text)
  if (!parts) return undefined
  const base = parts[1] === undefined ? 0 : OFFSETS.get(parts[1])
  if (base === undefined) return undefined
  if (parts[2] === undefined) return base
  const minutes = Number(parts[2].slice(1)) * 60 + Number(parts[3] ?? 0)
  return parts[2].startsWith('-') ? base - minutes : base + minutes
}

const FORM = /^([A-Z]|[A-Z]{3,5})?(?:([+-][01]\d)(?::?(\d\d))?)?$/

/**
 * Where one abbreviation names several zones the choice is Fail2ban's (`CST` is America's, `IST` is missing), measured
 * by asking the installed program for every word of one to five letters.
 */
const ABBREVIATIONS = `
  ACDT+10:30 ACST+9:30 ACT+8 ADT-3 AEDT+11 AEST+10 AFT+4:30 AKDT-8 AKST-9 ALMT+6 AMST+5 AMT+4 ANAST+12 ANAT+12 AQTT+5
  ART-3 AST-4 AWDT+9 AWST+8 AZOT-1 AZST+5 AZT+4 BDT+8 BIOT+6 BNT+8 BOT-4 BRST-2 BRT-3 BTT+6 CAST+8 CAT+2 CCT+6:30
  CDT-5 CEDT+2 CEST+2 CET+1 CIST-8 CKT-10 CLST-3 CLT-4 COST-4 COT-5 CST-6 CVT-1 CXT+7 DAVT+7 DFT+1 EASST-5 EAST-6
  EAT+3 ECT-5 EDT-4 EEDT+3 EEST+3 EET+2 EGST+0 EGT-1 EST-5 FJST+13 FJT+12 FKST-3 FKT-4 FNT-2 GALT-6 GAMT-9 GET+4 GFT-3
  GILT+12 GIT-9 GMT+0 GST+4 GYT-4 HAA-3 HAC-5 HADT-9 HAE-4 HAP-7 HAR-6 HAST-10 HAT-2:30 HAY-8 HKT+8 HLV-4:30 HMT+5
  HNA-4 HNC-6 HNE-5 HNP-8 HNR-7 HNT-3:30 HNY-9 HOVT+7 HST-10 ICT+7 IDT+3 IOT+6 IRDT+4:30 IRKST+9 IRKT+8 IRST+3:30
  JST+9 KGT+6 KRAST+8 KRAT+7 KST+9 KUYT+4 LHDT+11 LHST+10:30 MAGST+12 MAGT+11 MART-9:30 MAWT+5 MDT-6 MHT+12 MIT-9:30
  MMT+6:30 MSD+4 MSK+3 MST-7 MUT+4 MVT+5 MYT+8 NCT+11 NDT-2:30 NFT+11:30 NOVST+7 NOVT+6 NPT+5:45 NST-3:30 NUT-11
  NZDT+13 NZST+12 OMSST+7 OMST+6 PDT-7 PET-5 PETST+12 PETT+12 PGT+10 PHT+8 PKT+5 PMDT-2 PMST-3 PONT+11 PST-8 PWT+9
  PYST-3 PYT-4 RET+4 SAMT+4 SAST+2 SBT+11 SCT+4 SGT+8 SLT+5:30 SRT-3 SST-11 TAHT-10 TFT+5 THA+7 TJT+5 TKT-10 TLT+9
  TMT+5 TVT+12 ULAT+8 UTC+0 UYST-2 UYT-3 UZT+5 VET-4:30 VLAST+11 VLAT+10 VUT+11 WAST+2 WAT+1 WDT+9 WEDT+1 WEST+1 WET+0
  WFT+12 WGST-2 WGT-3 WIB+7 WIT+9 WITA+8 WST+8 YAKST+10 YAKT+9 YAPT+10 YEKST+6 YEKT+5
`

/** The military letters: A to M (no J) are 1 to 12 hours ahead of Z, N to Y as many behind. */
const EAST = 'ZABCDEFGHIKLM'
const WEST = 'NOPQRSTUVWXY'

const OFFSETS: ReadonlyMap<string, number> = new Map([
  ...[...EAST].map((letter, hours) => [letter, 60 * hours] as const),
  ...[...WEST].map((letter, hours) => [letter, -60 * (hours + 1)] as const),
  ...[...ABBREVIATIONS.matchAll(/([A-Z]+)([+-])(\d+)(?::(\d\d))?/g)].map(
    ([, name, sign, hours, minutes = 0]) =>
      [name!, (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes))] as const,
  ),
])
