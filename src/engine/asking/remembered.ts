/** Answers by their question, for a time of their own; the oldest go when there are too many. */
export class Remembered<Value> {
  readonly #max: number
  readonly #now: () => number
  readonly #values = new Map<string, { readonly value: Value; readonly untilMs: number }>()

  /** @param now milliseconds of a clock that nobody sets */
  constructor(max: number, now: () => number) {
    this.#max = max
    this.#now = now
  }

  get(key: string): Value | undefined {
    const known = this.#values.get(key)
    if (known && known.untilMs > this.#now()) return known.value
    this.#values.delete(key)
    return undefined
  }

  set(key: string, value: Value, lastsMs: number): void {
    this.#values.delete(key)
    if (this.#max <= 0) return
    while (this.#values.size >= this.#max) this.#values.delete(this.#values.keys().next().value!)
    this.#values.set(key, { value, untilMs: this.#now() + lastsMs })
  }
}
