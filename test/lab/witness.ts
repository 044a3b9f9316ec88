/** Counts, behind the bans, the packets that an address gets through to the server while it sends without a pause. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { end } from './host.ts'
import { type Lab, ROOT, SERVER } from './lab.ts'

const PORT = 9999
const PER_SECOND = 2000

export class Witness {
  readonly #lab: Lab
  readonly #sender: ChildProcess

  private constructor(lab: Lab, sender: ChildProcess) {
    this.#lab = lab
    this.#sender = sender
  }

  /** Begins to send from this address, which lies outside. */
  static async begin(lab: Lab, from: string): Promise<Witness> {
    // The bans stand at raw - 10.
    const rules = [
      'add table inet witness',
      'add chain inet witness seen { type filter hook prerouting priority raw + 10; }',
      `add rule inet witness seen ip saddr ${from} udp dport ${PORT} counter`,
    ]
    await lab.server.must(['nft', '-f', '-'], rules.join('\n'))
    const argv = [process.execPath, join(ROOT, 'test/lab/packets.ts'), from, SERVER, String(PORT), String(PER_SECOND)]
    const sender = lab.outside.start(argv)
    await once(sender.stdout!, 'data')
    return new Witness(lab, sender)
  }

  /** Packets that got through since it began. */
  async passed(): Promise<number> {
    const out = await this.#lab.server.must(['nft', 'list', 'chain', 'inet', 'witness', 'seen'])
    return Number(/counter packets (\d+)/.exec(out)![1])
  }

  async end(): Promise<void> {
    await end(this.#sender)
    await this.#lab.server.must(['nft', 'delete', 'table', 'inet', 'witness'])
  }
}
