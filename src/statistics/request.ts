/** What a line says that was asked for. Lines are hostile, and may be cut off; whatever is not found there is not told. */

/** Values that are kept of a line have an end; they are counted by what is kept. */
const MAX_LETTERS = 256

/**
 * The path of a request in a line of a web server, without its query: `GET /wp-login.php?a=b HTTP/1.1` in quotes, as access and
 * error logs of nginx and Apache have it.
 */
export function pathOf(line: string): string | undefined {
  const target = /"[A-Z]{3,20} ([^ "]+)(?: HTTP\/[\d.]{1,5})?"/.exec(line)?.[1]
  return target === undefined ? undefined : pathOfTarget(target)
}

/** Of what stands behind the method. */
export function pathOfTarget(target: string): string | undefined {
  const end = target.search(/[?#]/)
  return capped(end < 0 ? target : target.slice(0, end))
}

/** The user agent of a line in the combined format: what stands in the second pair of quotes behind the request and the sizes. */
export function agentOf(line: string): string | undefined {
  const start = line.search(/" \d{3} (?:\d+|-) "/)
  if (start < 0) return undefined
  // Of the first alone: from each that a hostile line may hold it would look through the rest of it.
  const cells = /" \d{3} (?:\d+|-) "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"/y
  cells.lastIndex = start
  const cell = cells.exec(line)?.[1]
  return cell === undefined ? undefined : agentOfCell(cell)
}

/** Of what stands in the quotes. */
export function agentOfCell(cell: string): string | undefined {
  return cell === '-' ? undefined : capped(cell)
}

/** The port that a packet was for, in a line of the kernel's log. */
export function portOf(line: string): string | undefined {
  const port = /\bDPT=(\d{1,5})\b/.exec(line)?.[1]
  if (port === undefined) return undefined
  const protocol = /\bPROTO=(TCP|UDP|SCTP|DCCP)\b/.exec(line)?.[1]?.toLowerCase()
  return protocol === undefined ? port : `${port}/${protocol}`
}

function capped(text: string): string | undefined {
  return text === '' ? undefined : text.slice(0, MAX_LETTERS)
}
