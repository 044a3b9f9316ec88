/** What a line says that was asked for. Lines are hostile, and may be cut off; whatever is not found there is not told. */

/** Values that are kept of a line have an end; they are counted by what is kept. */
const MAX_LETTERS = 256

/**
 * The path of a request in a line of a web server, without its query: `GET /wp-login.php?a=b HTTP/1.1` in quotes, as access and
 * error logs of nginx and Apache have it.
 */
export function pathOf(line: string): string | undefined {
  const target = /"[A-Z]{3,20} ([^ "]+)(?: HTTP\/[\d.]{1,5})?"/.exec(line)?.[1]
  return target === undefined ? undefined : capped(target.split(/[?#]/, 1)[0]!)
}

/** The user agent of a line in the combined format: what stands in the second pair of quotes behind the request and the sizes. */
export function agentOf(line: string): string | undefined {
  const agent = /" \d{3} (?:\d+|-) "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"/.exec(line)?.[1]
  return agent === undefined || agent === '-' || agent === '' ? undefined : capped(agent)
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
