/** Answers for as long as the program runs, where there is no place to keep them: nothing is asked for twice. */
import type { Answer, Answers } from './answers.ts'

export function memoryAnswers(): Answers {
  const services = new Map<string, Map<string, Answer>>()
  return {
    get(service, addresses) {
      const known = services.get(service)
      const found = new Map<string, Answer>()
      for (const address of addresses) {
        const answer = known?.get(address)
        if (answer) found.set(address, answer)
      }
      return found
    },
    put(service, answers) {
      const known = services.get(service) ?? new Map<string, Answer>()
      services.set(service, known)
      for (const [address, answer] of answers) known.set(address, answer)
    },
    close() {},
  }
}
