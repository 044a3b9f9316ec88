/** Files whose encoding nobody knows, as text in which each character is a byte: what is not changed comes out as it went in. */

export function textOfBytes(bytes: Uint8Array): string {
  let text = ''
  // As many at once as a function takes arguments for sure.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

export function bytesOfText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
