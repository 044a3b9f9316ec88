/** Fingerprints of bytes. They tell one file from another; they are no protection against who can choose the bytes. */
export interface Digest {
  /** SHA-1 as 40 lower-case hex digits: the sum that Fail2ban's database keeps of a log's first line. */
  sha1(bytes: Uint8Array): string
}
