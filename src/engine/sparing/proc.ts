/** What the kernel tells of the network below /proc, as text. */
import type { Files } from '../../world/files.ts'

/** Empty where there is nothing to read: each of these is one source among several. */
export function textOf(files: Files, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}

/** The words of each line. */
export function rowsOf(files: Files, path: string): string[][] {
  return textOf(files, path)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
}

/** `0100007F` is 127.0.0.1: the bytes as a little-endian machine has them. */
export function hostOrder4(hex: string): string {
  return hex
    .match(/../g)!
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')
}

/** 32 digits in the order of the network. */
export function networkOrder6(hex: string): string {
  return hex.match(/.{4}/g)!.join(':')
}

/** `0100007F:0016`, or the same with 32 digits: words of four bytes, each little-endian. */
export function socketAddress(text: string): string {
  const hex = text.split(':')[0]!
  if (hex.length === 8) return hostOrder4(hex)
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse())
  return networkOrder6(bytes.join(''))
}
