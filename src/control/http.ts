/**
 * Node's HTTP. Not by an import of the values: an ES module's import of `node:http` reads all that it exports, WebSocket
 * too, and that loads the whole of undici: 25 ms at each command's start, 13 MiB in the guard (Node 24, measured).
 */
export const { createServer, request } = process.getBuiltinModule('node:http')
