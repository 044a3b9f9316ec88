/** Where a guard answers unless it is told otherwise. */
export const SOCKET = '/run/rampart/rampart.sock'
