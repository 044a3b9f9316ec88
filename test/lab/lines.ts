/** Lines as nginx writes them, for tests that write a log themselves. */

/** A line of the access log that nginx-botsearch counts. */
export function probeLine(from: string, path = '/wp-login.php', at = new Date()): string {
  return `${from} - - [${logTime(at)}] "GET ${path} HTTP/1.1" 404 153 "-" "probe"\n`
}

/** `22/Nov/2026:18:29:45 +0000` */
function logTime(date: Date): string {
  const [, day, month, year, time] = /(\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString())!
  return `${day}/${month}/${year}:${time} +0000`
}

/** Addresses of one network each test may call its own: `unique(3, 2)` is 10.3.0.0 and 10.3.0.1. */
export function unique(network: number, count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, i) => `10.${network}.${(first + i) >> 8}.${(first + i) & 255}`)
}
