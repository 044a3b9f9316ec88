/** What is measured under one name, as Prometheus means it. */

export interface Family {
  /** Of a counter without `_total`, of an info without `_info`. */
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'info'
  /** A sentence without a line's end. */
  readonly help: string
  readonly unit?: 'seconds' | 'bytes'
  readonly samples: readonly Sample[]
}

export interface Sample {
  /** Their values may be hostile. */
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}
