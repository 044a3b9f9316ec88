/** The parts of the firewall's benchmark, each beside the installed ufw: `npm run bench -- ufw` runs all of them. */
import type { Part } from '../guard/measured.ts'
import { answers } from './answers.ts'
import { elements } from './elements.ts'
import { gap } from './gap.ts'
import { packets } from './packets.ts'

export const UFW_PARTS: Readonly<Record<string, Part>> = {
  'ufw-answers': answers,
  'ufw-gap': gap,
  'ufw-packets': packets,
  'ufw-elements': elements,
}
