/**
 * `[12345.678901] `: the time since the boot that stands before what the kernel says, as syslog daemons write it and as Fail2ban's
 * systemd backend gives it to its filters (seconds in twelve columns at least). Empty where the time is not known.
 * @param micros in digits
 */
export function kernelStamp(micros: string): string {
  if (!/^\d{1,20}$/.test(micros)) return ''
  const digits = micros.padStart(7, '0')
  const seconds = `${digits.slice(0, -6).replace(/^0+(?=\d)/, '')}.${digits.slice(-6)}`
  return `[${seconds.padStart(12)}] `
}
