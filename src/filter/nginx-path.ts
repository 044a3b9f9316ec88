/**
 * The path of a request line as nginx writes it into its error log: decoded and tidied. Its newlines are those that
 * the client put into the log.
 */

/**
 * The lines that the paths of all `request: "..."` on this line of the log (latin1) have once decoded; only paths with
 * a newline in them are given.
 */
export function pathsWithNewlines(line: string): readonly (readonly string[])[] {
  return pathsOf(line, /%0a/i)
    .map((path) => path.split('\n'))
    .filter((lines) => lines.length > 1)
}

/** Whether the first `client: ` on the line stands in the path that a request on the line decodes to. */
export function pathNamesClient(line: string): boolean {
  const text = mergeSlashes(line)
  const first = text.indexOf(CLIENT)
  return pathsOf(text, /client|%/i).some((path) => {
    const at = path.indexOf(CLIENT)
    if (at < 0) return false
    // The directories before may have other names on the disk.
    const name = path.slice(path.lastIndexOf('/', at) + 1, at + CLIENT.length)
    return text.startsWith(name, first - (name.length - CLIENT.length)) && first < text.lastIndexOf(CLIENT)
  })
}

export const CLIENT = 'client: '

/** Decoded and tidied; twice where nginx before 1.21.1, which allowed spaces in a path, would have read another one. */
function pathsOf(line: string, worthwhile: RegExp): readonly string[] {
  const raws: string[] = []
  let spaced = 0
  for (const request of line.matchAll(/request: "[^ "]+ (?:[a-z]+:\/\/[^/ ]*)?(?=\/)/gi)) {
    const at = request.index + request[0].length
    const space = line.indexOf(' ', at)
    raws.push(line.slice(at, space < 0 ? line.length : space))
    // Its end is unknown then: a few tries, so that a hostile line costs little.
    const last = line.lastIndexOf(' HTTP/')
    if (space >= 0 && last > space && spaced++ < MOST_SPACED) raws.push(line.slice(at, last))
  }
  return raws.filter((raw) => worthwhile.test(raw)).map((raw) => tidy(decode(/^[^?#]*/.exec(raw)![0])))
}

/** With each run of slashes as one: nginx merges them, unless `merge_slashes off`. */
export function mergeSlashes(text: string): string {
  return text.includes('//') ? text.replace(/\/{2,}/g, '/') : text
}

const MOST_SPACED = 4

/** One pass: `%250a` is `%0a`, not a newline. */
function decode(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Without `.` and `..` and double slashes; seen in nginx 1.22.1: it does so after decoding. */
function tidy(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '.') names.push(name)
  }
  return mergeSlashes(names.join('/'))
}
