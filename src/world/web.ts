/** Other servers, by HTTP. Nothing of the program needs them: they are asked only where an admin says so. */

export interface Web {
  /**
   * One request. It resolves when the head of the answer is there, and follows no redirect: that is an answer like any other.
   * @throws Fault `web.unreachable`, `web.slow`; the body throws them too, and `web.cut` where it ends before its end
   */
  ask(request: WebRequest): Promise<WebAnswer>
}

export interface WebRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** From the request to the last byte of its answer. */
  readonly timeoutMs: number
  /** In which not a byte comes. */
  readonly silenceMs?: number
}

export interface WebAnswer {
  readonly status: number
  /** By its name in lower case. */
  header(name: string): string | undefined
  /** Unpacked; whoever does not read it to its end calls `drop`. */
  readonly body: AsyncIterable<Uint8Array>
  drop(): void
}
