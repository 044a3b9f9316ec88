/** What stands above and below every chart. All of it is plain text: whoever prints it escapes it. */
export interface Heading {
  readonly title: string
  /** What was counted, over which time: `2 623 addresses, 65 countries · banned on 23 November 2026`. */
  readonly subtitle?: string
  /** Small lines below the picture: ties that were cut, what is not shown, where the data is from and of which date. */
  readonly notes?: readonly string[]
}
