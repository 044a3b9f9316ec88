/** Whether ours is meant to say something else than UFW there: its help, its version, and what `show` reads from iptables. */
export function isMeant(command: string, theirs: string, ours: string): boolean {
  const words = command.split(/\s+/).slice(1)
  if (/^(?:--)?version$/.test(words[0] ?? '')) return firstLine(theirs) === firstLine(ours)
  if (words.includes('show') && KERNEL.has(words.at(-1)!)) return firstLine(theirs) === firstLine(ours)
  // A fault of UFW's own program; then comes the help, which is our own.
  if (theirs.includes('Traceback')) return ours.includes('Usage: ')
  return withoutHelp(theirs) === withoutHelp(ours)
}

/** Print rules as the kernel has them: nftables' under UFW's headings. */
const KERNEL: ReadonlySet<string> = new Set([
  'raw',
  'builtins',
  'before-rules',
  'user-rules',
  'after-rules',
  'logging-rules',
])

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!
}

function withoutHelp(text: string): string {
  return text.replace(/\n?Usage: [\s\S]*/, 'HELP')
}
