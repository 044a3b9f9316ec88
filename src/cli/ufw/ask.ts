/** A question that is answered by a line: UFW takes `y` and `yes`, and everything else, nothing as well, for no. */
import type { Setting } from '../setting.ts'

export async function ask(
  { terminal, input }: Pick<Setting, 'terminal' | 'input'>,
  question: string,
): Promise<boolean> {
  terminal.out(question)
  const answer = (await firstLine(input())).trim().toLowerCase()
  return answer === 'y' || answer === 'yes'
}

/** Longer answers are none. */
const MAX_BYTES = 1024

async function firstLine(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of bytes) {
    text += decoder.decode(part, { stream: true })
    if (text.includes('\n') || text.length > MAX_BYTES) break
  }
  return text.split('\n')[0]!
}
