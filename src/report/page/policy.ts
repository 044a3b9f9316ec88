/** What the page may load: nothing but the style sheets that stand in it. No script could run in it, whatever stood there. */

/** The content of its `Content-Security-Policy`. */
export async function policy(styles: readonly string[]): Promise<string> {
  const hashes = await Promise.all(styles.map(hash))
  return `default-src 'none'; style-src ${hashes.join(' ')}; base-uri 'none'; form-action 'none'`
}

async function hash(style: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`
}
