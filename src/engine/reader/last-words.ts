/**
 * What a program of ours says on its standard error before it ends, for one line of a message: it goes to no terminal by
 * itself, as it may hold what an attacker wrote.
 */

const MAX_CHARACTERS = 4096
const MAX_LINE = 200

export function lastWords(): { add(bytes: Uint8Array): void; said(): string } {
  const decoder = new TextDecoder()
  let text = ''
  return {
    add(bytes) {
      if (text.length < MAX_CHARACTERS) text += decoder.decode(bytes, { stream: true })
    },
    said() {
      const lines = text.slice(0, MAX_CHARACTERS).split('\n')
      const line = lines
        .find((one) => /error|fault|fail|fatal/i.test(one))
        ?.trim()
        .slice(0, MAX_LINE)
      return line === undefined ? '' : `: ${line}`
    },
  }
}
