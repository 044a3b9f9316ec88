/** Fingerprints of bytes. */
export interface Digest {
  /**
   * SHA-1 as 40 lower-case hex digits: the sum that Fail2ban's database keeps of a log's first line. It tells one file from
   * another; it is no protection against who can choose the bytes.
   */
  sha1(bytes: Uint8Array): string
  /** SHA-512, of bytes as they come: what npm's registry says of a package. */
  sha512(): Sum
}

export interface Sum {
  add(bytes: Uint8Array): void
  /** Once, after the last. */
  base64(): string
}
