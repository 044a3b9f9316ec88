/** A line as Python's logging writes it for Fail2ban: `2026-11-23 05:31:13,123 fail2ban.filter         [77]: INFO    [sshd] Found ...`. */

/** @param time since 1970, in ms: shown in local time */
export function logLine(time: number, name: string, pid: number, level: string, message: string): string {
  return `${logTime(time)} ${name.padEnd(24)}[${pid}]: ${level.padEnd(7)} ${message}`
}

/** `2026-11-23 05:31:13,123`, local time. */
export function logTime(time: number): string {
  return `${localTime(time)},${String(Math.floor(time) % 1000).padStart(3, '0')}`
}

/** `2026-11-23 05:31:13`, local time. */
export function localTime(time: number): string {
  const at = new Date(time)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
