/** A fault with the place that it lacks. */
import { asFault, Fault, type Place } from '../base/fault.ts'

/** Whatever was thrown, as a Fault that says whose it is and where: its own place if it has one, else `at`. */
export function placed(thrown: unknown, whose: string, at: Place | undefined): Fault {
  const fault = asFault(thrown, 'config.bad-value')
  const where = fault.at ?? at
  return new Fault(fault.code, `${whose}: ${fault.message}`, {
    cause: fault,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    ...(where === undefined ? {} : { at: where }),
  })
}
