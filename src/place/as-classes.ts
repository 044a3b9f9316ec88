/**
 * What kind of network an AS number is, and who owns it: a list kept by hand, of numbers whose operators are publicly
 * known. Never guessed from a name: names are spelled in many ways, and two owners may share a word. What is not here is
 * unclassified, and whoever counts by class says how much that is.
 */

export type AsClass =
  | 'cloud'
  | 'hosting'
  | 'research-scanner'
  | 'isp'
  | 'state-or-incumbent-isp'
  | 'education'
  | 'transit'
  | 'cdn'

export interface AsEntry {
  readonly class: AsClass
  /** One name for all of an owner's numbers. */
  readonly owner: string
  readonly source: AsClassSource
  /** YYYY-MM-DD: when the line was last held against the registry's names. */
  readonly date: string
}

export interface AsClasses {
  readonly version: string
  /** How many numbers it knows. */
  readonly size: number
  find(asn: number): AsEntry | undefined
}

/** Reads the list: for who asks often to keep. */
export function asClasses(): AsClasses {
  const entries = new Map<number, AsEntry>()
  for (const line of LINES.trim().split('\n')) {
    const [kind, owner, source, date, numbers] = line.split(' | ') as [AsClass, string, AsClassSource, string, string]
    const entry: AsEntry = { class: kind, owner, source, date }
    for (const number of numbers.split(' ')) entries.set(Number(number), entry)
  }
  return { version: AS_CLASSES_VERSION, size: entries.size, find: (asn) => entries.get(asn) }
}

/** Of the list below; a new one with each change of it. */
export const AS_CLASSES_VERSION = '2026-06-17'

export type AsClassSource = keyof typeof AS_CLASS_SOURCES

/**
 * Why a line says what it says. That the numbers are the owner's was compared with the names that the registries and
 * RouteViews give them (npm's @ip-location-db/asn 2.3.2026061719).
 */
export const AS_CLASS_SOURCES = {
  own: 'the operator says in public that this is its business',
  scan: 'the operator says in public that it scans the Internet from here',
  name: 'the registered name says what it is',
} as const

/** Class | owner | source | date | AS numbers. */
const LINES = `
cloud | Google | own | 2026-06-17 | 396982 15169 36384 36040 19527
cloud | Amazon | own | 2026-06-17 | 16509 14618 7224 8987
cloud | Microsoft | own | 2026-06-17 | 8075 8068 12076
cloud | DigitalOcean | own | 2026-06-17 | 14061
cloud | Alibaba | own | 2026-06-17 | 37963 45102 134963
cloud | Tencent | own | 2026-06-17 | 45090 132203 133478
cloud | Akamai | own | 2026-06-17 | 63949
cloud | OVH | own | 2026-06-17 | 16276 35540
cloud | Scaleway | own | 2026-06-17 | 12876
cloud | Contabo | own | 2026-06-17 | 51167 40021 141995
cloud | Oracle | own | 2026-06-17 | 31898
cloud | Vultr | own | 2026-06-17 | 20473
cloud | Hetzner | own | 2026-06-17 | 24940 213230 212317
cloud | Huawei | own | 2026-06-17 | 136907 55990 265443
cloud | IBM | own | 2026-06-17 | 36351
cloud | Yandex Cloud | own | 2026-06-17 | 200350
cloud | UpCloud | own | 2026-06-17 | 202053
cloud | IONOS | own | 2026-06-17 | 8560
cloud | NAVER Cloud | own | 2026-06-17 | 23576
hosting | Pfcloud | own | 2026-06-17 | 51396
hosting | IP Volume | own | 2026-06-17 | 202425
hosting | CariNet | own | 2026-06-17 | 10439
hosting | M247 | own | 2026-06-17 | 9009
hosting | ColoCrossing | own | 2026-06-17 | 36352
hosting | UK-2 | own | 2026-06-17 | 13213
hosting | Tamatiya | own | 2026-06-17 | 50360
hosting | Kamatera | own | 2026-06-17 | 36007 41436
hosting | Zenlayer | own | 2026-06-17 | 21859
hosting | Chang Way | own | 2026-06-17 | 57523
hosting | Host Baltic | own | 2026-06-17 | 209605
hosting | Proton66 | own | 2026-06-17 | 198953
hosting | Tube-Hosting | own | 2026-06-17 | 49581
hosting | FranTech | own | 2026-06-17 | 53667
hosting | MEVSPACE | own | 2026-06-17 | 201814
hosting | InterServer | own | 2026-06-17 | 19318
hosting | GoDaddy | own | 2026-06-17 | 26496 398101 398791
hosting | Eonix | own | 2026-06-17 | 62904
hosting | EGIHosting | own | 2026-06-17 | 18779
hosting | HostDime | own | 2026-06-17 | 33182
hosting | dataforest | own | 2026-06-17 | 58212
hosting | Alsycon | own | 2026-06-17 | 49870
hosting | Hydra | own | 2026-06-17 | 25369
hosting | Newfold | own | 2026-06-17 | 46606 19871
hosting | Hostinger | own | 2026-06-17 | 47583
hosting | myLoc | own | 2026-06-17 | 24961
hosting | Aruba | own | 2026-06-17 | 31034
hosting | LeapSwitch | own | 2026-06-17 | 132335
hosting | Private Layer | own | 2026-06-17 | 51852
hosting | Amarutu | own | 2026-06-17 | 206264
hosting | ServerPoint | own | 2026-06-17 | 26277
hosting | Automattic | own | 2026-06-17 | 2635
hosting | Rackspace | own | 2026-06-17 | 19994 33070 27357
hosting | Leaseweb | own | 2026-06-17 | 60781 28753 30633 59253
hosting | WorldStream | own | 2026-06-17 | 49981
hosting | netcup | own | 2026-06-17 | 197540
hosting | SAKURA | own | 2026-06-17 | 9370 9371
hosting | IT7 (BandwagonHost) | own | 2026-06-17 | 25820
hosting | AlexHost | own | 2026-06-17 | 200019
hosting | REG.RU | own | 2026-06-17 | 197695
hosting | Hostwinds | own | 2026-06-17 | 54290
hosting | Strato | own | 2026-06-17 | 6724
hosting | Psychz | own | 2026-06-17 | 40676
hosting | QuadraNet | own | 2026-06-17 | 8100
hosting | Sharktech | own | 2026-06-17 | 46844
hosting | Datacamp | own | 2026-06-17 | 212238
research-scanner | Censys | scan | 2026-06-17 | 398324 398705 398722
research-scanner | Arbor Networks | scan | 2026-06-17 | 20052
research-scanner | Alpha Strike Labs | scan | 2026-06-17 | 208843 42969
research-scanner | SecurityTrails | scan | 2026-06-17 | 211607
research-scanner | Driftnet | scan | 2026-06-17 | 211298
research-scanner | ONYPHE | scan | 2026-06-17 | 213412
research-scanner | Shadowserver | scan | 2026-06-17 | 22168
education | UC San Diego | name | 2026-06-17 | 7377
education | DFN | name | 2026-06-17 | 680
education | Jisc | name | 2026-06-17 | 786
education | Ruhr University Bochum | name | 2026-06-17 | 29484
education | BdREN | name | 2026-06-17 | 63961
education | iRENALA | name | 2026-06-17 | 37608
education | CERNET | name | 2026-06-17 | 4538 23910
education | SURF | name | 2026-06-17 | 1103
education | Internet2 | name | 2026-06-17 | 11537
education | RENATER | name | 2026-06-17 | 2200
education | GARR | name | 2026-06-17 | 137
education | Berkeley | name | 2026-06-17 | 25
education | MIT | name | 2026-06-17 | 3
education | Stanford | name | 2026-06-17 | 32
education | Michigan | name | 2026-06-17 | 36375
transit | Hurricane Electric | own | 2026-06-17 | 6939
transit | Cogent | own | 2026-06-17 | 174
transit | Lumen | own | 2026-06-17 | 3356 3549
transit | Arelion | own | 2026-06-17 | 1299
transit | NTT | own | 2026-06-17 | 2914
transit | GTT | own | 2026-06-17 | 3257
transit | Tata | own | 2026-06-17 | 6453
transit | Sparkle | own | 2026-06-17 | 6762
transit | Zayo | own | 2026-06-17 | 6461
transit | RETN | own | 2026-06-17 | 9002
transit | PCCW | own | 2026-06-17 | 3491
cdn | Cloudflare | own | 2026-06-17 | 13335
cdn | Fastly | own | 2026-06-17 | 54113
cdn | Akamai | own | 2026-06-17 | 20940 16625 32787
cdn | Datacamp | own | 2026-06-17 | 60068
cdn | Gcore | own | 2026-06-17 | 199524
cdn | Edgio | own | 2026-06-17 | 15133
cdn | bunny | own | 2026-06-17 | 200325
state-or-incumbent-isp | China Telecom | own | 2026-06-17 | 4134 4809 4811 4812 4816 23724 58461 58466 38283 134238 134420 134756 134762 134765 140292 141679
state-or-incumbent-isp | China Unicom | own | 2026-06-17 | 4837 4808 9929 17621 17622 17623 140726
state-or-incumbent-isp | China Mobile | own | 2026-06-17 | 9808 56040 56041 56042 56046 56047 56048 24444 24547 134810
state-or-incumbent-isp | Korea Telecom | own | 2026-06-17 | 4766
state-or-incumbent-isp | BSNL | own | 2026-06-17 | 9829
state-or-incumbent-isp | Chunghwa Telecom | own | 2026-06-17 | 3462
state-or-incumbent-isp | Viettel | own | 2026-06-17 | 7552
state-or-incumbent-isp | VNPT | own | 2026-06-17 | 45899
state-or-incumbent-isp | NTT | own | 2026-06-17 | 4713
state-or-incumbent-isp | Telecom Italia | own | 2026-06-17 | 3269 16232
state-or-incumbent-isp | Türk Telekom | own | 2026-06-17 | 9121 47331
state-or-incumbent-isp | NT Thailand | own | 2026-06-17 | 23969 131090
state-or-incumbent-isp | Rostelecom | own | 2026-06-17 | 12389 12683 12730 35125
state-or-incumbent-isp | Orange | own | 2026-06-17 | 3215
state-or-incumbent-isp | Deutsche Telekom | own | 2026-06-17 | 3320
state-or-incumbent-isp | BT | own | 2026-06-17 | 2856 6871
state-or-incumbent-isp | Telefónica | own | 2026-06-17 | 3352
state-or-incumbent-isp | Telefónica del Perú | own | 2026-06-17 | 6147
state-or-incumbent-isp | Telstra | own | 2026-06-17 | 1221
state-or-incumbent-isp | Telia | own | 2026-06-17 | 3301
state-or-incumbent-isp | Swisscom | own | 2026-06-17 | 3303
state-or-incumbent-isp | A1 Telekom Austria | own | 2026-06-17 | 8447
state-or-incumbent-isp | OTE | own | 2026-06-17 | 6799
state-or-incumbent-isp | KPN | own | 2026-06-17 | 1136
state-or-incumbent-isp | Proximus | own | 2026-06-17 | 5432
state-or-incumbent-isp | Orange Polska | own | 2026-06-17 | 5617
state-or-incumbent-isp | Kazakhtelecom | own | 2026-06-17 | 9198
state-or-incumbent-isp | Telkom Indonesia | own | 2026-06-17 | 7713
state-or-incumbent-isp | PLDT | own | 2026-06-17 | 9299
state-or-incumbent-isp | Saudi Telecom | own | 2026-06-17 | 25019
state-or-incumbent-isp | CANTV | own | 2026-06-17 | 8048
state-or-incumbent-isp | TCI (Iran) | own | 2026-06-17 | 58224
state-or-incumbent-isp | ICE (Costa Rica) | own | 2026-06-17 | 11830
state-or-incumbent-isp | Bezeq | own | 2026-06-17 | 8551
state-or-incumbent-isp | Singtel | own | 2026-06-17 | 9506
state-or-incumbent-isp | Telecom Argentina | own | 2026-06-17 | 7303
state-or-incumbent-isp | Belize Telemedia | own | 2026-06-17 | 10269
state-or-incumbent-isp | Ukrtelecom | own | 2026-06-17 | 6849
state-or-incumbent-isp | Telmex | own | 2026-06-17 | 8151
isp | Lumen | own | 2026-06-17 | 209
isp | AT&T | own | 2026-06-17 | 7018
isp | Verizon | own | 2026-06-17 | 701 6167 22394
isp | Comcast | own | 2026-06-17 | 7922 33491 20214 33668 33659
isp | Charter | own | 2026-06-17 | 20115 20001 33363 33588 11351 10796 11426 11427 12271
isp | Cox | own | 2026-06-17 | 22773
isp | Frontier | own | 2026-06-17 | 5650
isp | Altice USA | own | 2026-06-17 | 6128
isp | Mediacom | own | 2026-06-17 | 30036
isp | T-Mobile US | own | 2026-06-17 | 21928
isp | TELUS | own | 2026-06-17 | 852
isp | Rogers | own | 2026-06-17 | 812 6327
isp | Sky UK | own | 2026-06-17 | 5607
isp | Virgin Media | own | 2026-06-17 | 5089
isp | Hyperoptic | own | 2026-06-17 | 56478
isp | Vodafone | own | 2026-06-17 | 3209 30722 33915
isp | Free | own | 2026-06-17 | 12322
isp | SFR | own | 2026-06-17 | 15557
isp | Fastweb | own | 2026-06-17 | 12874
isp | WIND TRE | own | 2026-06-17 | 1267
isp | Tiscali | own | 2026-06-17 | 8612
isp | Tele2 | own | 2026-06-17 | 1257
isp | Bahnhof | own | 2026-06-17 | 8473
isp | Polkomtel | own | 2026-06-17 | 8374
isp | Liberty Global | own | 2026-06-17 | 6830
isp | Kyivstar | own | 2026-06-17 | 15895
isp | MegaFon | own | 2026-06-17 | 31133 31213
isp | MTS | own | 2026-06-17 | 8359
isp | MTS (Belarus) | own | 2026-06-17 | 25106
isp | ER-Telecom | own | 2026-06-17 | 57044 52207 51570
isp | Beeline | own | 2026-06-17 | 3216
isp | Superonline | own | 2026-06-17 | 34984
isp | TurkNet | own | 2026-06-17 | 12735
isp | SK Broadband | own | 2026-06-17 | 9318 9689 38096
isp | LG U+ | own | 2026-06-17 | 3786 17858
isp | LG HelloVision | own | 2026-06-17 | 9845 9697
isp | SoftBank | own | 2026-06-17 | 17676
isp | KDDI | own | 2026-06-17 | 2516
isp | JCOM | own | 2026-06-17 | 9824
isp | Sony Network | own | 2026-06-17 | 2527
isp | BIGLOBE | own | 2026-06-17 | 2518
isp | OPTAGE | own | 2026-06-17 | 17511
isp | HGC | own | 2026-06-17 | 9304
isp | StarHub | own | 2026-06-17 | 4657
isp | FPT | own | 2026-06-17 | 18403
isp | Converge | own | 2026-06-17 | 17639
isp | Airtel | own | 2026-06-17 | 9498 24560
isp | Jio | own | 2026-06-17 | 55836
isp | Hathway | own | 2026-06-17 | 17488
isp | TPG | own | 2026-06-17 | 7545
isp | Claro | own | 2026-06-17 | 28573
isp | Vivo | own | 2026-06-17 | 27699 18881
isp | Partner | own | 2026-06-17 | 12400
isp | Pelephone | own | 2026-06-17 | 16116
isp | Hot-Net | own | 2026-06-17 | 12849
isp | Cyta | own | 2026-06-17 | 6866
`
