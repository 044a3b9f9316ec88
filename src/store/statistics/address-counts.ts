/** Addresses as the history has them, hosts and networks; '' for those that it did not keep apart. As many counts as addresses. */
export interface AddressCounts {
  readonly addresses: readonly string[]
  readonly counts: readonly number[]
}
