/** Numbers of 32 bits by the million, as they come: an array of JavaScript's takes twice the room and is copied whole. */
export class Words {
  #all = new Uint32Array(4096)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(word: number): void {
    if (this.#length === this.#all.length) {
      const larger = new Uint32Array(this.#length * 2)
      larger.set(this.#all)
      this.#all = larger
    }
    this.#all[this.#length++] = word
  }

  /** What there is, without a copy. */
  taken(): Uint32Array {
    return this.#all.subarray(0, this.#length)
  }
}
