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
const NAMES = `
  -720 Y
  -660 X NUT SST
  -600 W CKT HAST HST TAHT TKT
  -570 MART MIT
  -540 V AKST GAMT GIT HADT HNY
  -480 U AKDT CIST HAY HNP PST
  -420 T HAP HNR MST PDT
  -360 S CST EAST GALT HAR HNC MDT
  -300 R CDT COT EASST ECT EST HAC HNE PET
  -270 HLV VET
  -240 Q AST BOT CLT COST EDT FKT GYT HAE HNA PYT
  -210 HNT NST
  -180 P ADT ART BRT CLST FKST GFT HAA PMST PYST SRT UYT WGT
  -150 HAT NDT
  -120 O BRST FNT PMDT UYST WGST
  -60 N AZOT CVT EGT
  0 Z EGST GMT UTC WET
  60 A CET DFT WAT WEDT WEST
  120 B CAT CEDT CEST EET SAST WAST
  180 C EAT EEDT EEST IDT MSK
  210 IRST
  240 D AMT AZT GET GST KUYT MSD MUT RET SAMT SCT
  270 AFT IRDT
  300 E AMST AQTT AZST HMT MAWT MVT PKT TFT TJT TMT UZT YEKT
  330 SLT
  345 NPT
  360 F ALMT BIOT BTT IOT KGT NOVT OMST YEKST
  390 CCT MMT
  420 G CXT DAVT HOVT ICT KRAT THA WIB NOVST OMSST
  480 H ACT AWST BDT BNT CAST HKT IRKT MYT PHT SGT ULAT WITA WST KRAST
  540 I AWDT JST KST PWT TLT WDT WIT YAKT IRKST
  570 ACST
  600 K AEST PGT VLAT YAPT YAKST
  630 ACDT LHST
  660 L AEDT LHDT MAGT NCT PONT SBT VUT VLAST
  690 NFT
  720 M ANAT FJT GILT MHT NZST PETT TVT WFT ANAST MAGST PETST
  780 FJST NZDT`

const OFFSETS: ReadonlyMap<string, number> = new Map(
  NAMES.trim()
    .split('\n')
    .flatMap((row) => {
      const [minutes, ...names] = row.trim().split(' ')
      return names.map((name): [string, number] => [name, Number(minutes)])
    }),
)
