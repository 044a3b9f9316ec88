/** Honest visitors, one after the other, from many addresses: all the demo long, and none may ever be refused. */
import { type Lab, sleep, VISITORS, VISITORS6 } from '../lab/lab.ts'

const PAGES = ['/', '/prices.html', '/contact.html']
const PAUSE_MS = 350

export class Visitors {
  readonly #lab: Lab
  #going = false
  #walk: Promise<void> = Promise.resolve()
  asked = 0
  answered = 0

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /** Pages that were asked for and not answered with 200. */
  get refused(): number {
    return this.asked - this.answered
  }

  begin(): void {
    this.#going = true
    this.#walk = this.#wander()
  }

  /** No new page is asked for. */
  leave(): void {
    this.#going = false
  }

  /** Leaves, and waits for the last page. */
  async stop(): Promise<void> {
    this.leave()
    await this.#walk
  }

  /** One page; the status. */
  async ask(from: string, page: string): Promise<number> {
    const status = await this.#lab.visit(from, page)
    this.asked++
    if (status === 200) this.answered++
    return status
  }

  async #wander(): Promise<void> {
    for (let turn = 0; this.#going; turn++) {
      const number = 20 + (turn % 200)
      await this.ask(turn % 2 === 0 ? `${VISITORS}.${number}` : `${VISITORS6}:${number}`, PAGES[turn % PAGES.length]!)
      await sleep(PAUSE_MS)
    }
  }
}
