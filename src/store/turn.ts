/** Lets everything else have its turn, input and output too, and goes on at once after it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
