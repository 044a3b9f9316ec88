/** What nft's complaint means. Its words are strerror's, in the C locale that children get. */
import { Fault } from '../base/fault.ts'
import type { Exit } from '../world/run.ts'

/**
 * `kernel.absent` no nft · `kernel.denied` not allowed · `kernel.busy` may work in a moment · `kernel.gone` a table, set
 * or chain is not there · `kernel.large` too much for one transaction · `kernel.full` a set is full · else
 * `kernel.refused`, with nft's words.
 */
export function nftFault(exit: Exit): Fault {
  const words = complaint(exit.err)
  if (exit.code === 127 && !/EAGAIN|ENOMEM|EMFILE|ENFILE/.test(exit.err)) {
    return new Fault('kernel.absent', 'the program nft could not be started', {
      hint: 'install nftables: apt-get install nftables',
      cause: exit.err,
    })
  }
  if (exit.timedOut || exit.code >= 127)
    return new Fault('kernel.busy', `nft was ended before it was done (${exit.code})`)
  const code = MEANINGS.find(([meaning]) => meaning.test(words))?.[1] ?? 'kernel.refused'
  const hint = HINTS[code]
  return new Fault(code, `the kernel refused the firewall change: ${words}`, hint === undefined ? {} : { hint })
}

const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/Operation not permitted|Permission denied|must be root/, 'kernel.denied'],
  [
    /resource busy|Interrupted system call|No buffer space|temporarily unavailable|Cannot allocate memory/,
    'kernel.busy',
  ],
  [/Message too long/, 'kernel.large'],
  [/Too many open files in system/, 'kernel.full'],
  [/No such file or directory/, 'kernel.gone'],
]

const HINTS: Readonly<Record<string, string>> = {
  'kernel.denied': 'run as root, or give the service CAP_NET_ADMIN',
  'kernel.busy': 'another program is changing the firewall',
}

/** The first complaint without the place in our text and the text itself: that may be a megabyte long. */
function complaint(err: string): string {
  const lines = err.split('\n').filter((line) => /Error:|netlink:/.test(line) && line.length < 1000)
  const line = lines[0] ?? err.split('\n')[0] ?? ''
  return line.replace(/^\S*:\d+:\d+-\d+: /, '').slice(0, 300)
}
