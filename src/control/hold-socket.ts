/**
 * A socket in the file system, held for as long as the guard runs: made again when somebody has cleared the folder it was
 * in, as whoever clears /run does. Of a mode that has the kernel itself
 * admit root alone.
 */
import { connect, type Server } from 'node:net'
import { asFault, Fault } from '../base/fault.ts'
import { identityOf } from '../world/files.ts'
import type { World } from '../world/world.ts'
import { checkPath } from './socket-path.ts'

export interface Holding {
  close(): Promise<void>
}

export interface Making {
  readonly server: Server
  /** Lets go of all who are connected. */
  hangUp(): void
}

export interface HeldServer {
  readonly make: () => Making
  /** Bits that the socket's mode lacks. */
  readonly mask: number
  /** Who answers there already, in words that follow "another guard"; absent: nobody knows, and it is waited until he is gone. */
  readonly holder?: (path: string) => Promise<string>
  /** It cannot be made just now; undefined: it is there again. */
  readonly onFault: (fault: Fault | undefined) => void
}

type Hands = Pick<World, 'files' | 'clock'>

/** Whether it is still there is looked at this often. */
const LOOK_EVERY_MS = 1000

/** @throws Fault `control.running` if somebody else answers there */
export async function holdSocket(
  { files, clock }: Hands,
  path: string,
  { make, mask, holder, onFault }: HeldServer,
): Promise<Holding> {
  const servers = new Set<Making>()
  let held: string | undefined
  let opening: Promise<void> | undefined

  async function open(): Promise<void> {
    const made = make()
    const { server } = made
    await prepare(files, path, holder)
    // Those who are connected stay. Its end takes the name away, whosever it is: only now is it nobody's.
    for (const before of servers) before.server.close()
    await listen(server, path, mask)
    servers.add(made)
    server.on('close', () => servers.delete(made))
    held = identityOf(files, path)
    onFault(undefined)
  }
  const isThere = () => held !== undefined && identityOf(files, path) === held
  const look = async () => {
    try {
      if (!isThere()) await open()
    } catch (thrown) {
      onFault(asFault(thrown, 'control.socket'))
    }
  }
  try {
    await open()
  } catch (thrown) {
    const fault = asFault(thrown, 'control.socket')
    if (fault.code === 'control.running' && holder) throw fault
    onFault(fault)
  }
  const cancel = clock.every(LOOK_EVERY_MS, () => {
    opening ??= look().finally(() => {
      opening = undefined
    })
  })
  return {
    async close() {
      cancel()
      await opening
      await Promise.all([...servers].map(closed))
    },
  }
}

async function prepare(files: Hands['files'], path: string, holder: HeldServer['holder']): Promise<void> {
  // Without a slash, or directly below the root, there is no folder to make.
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  if (folder !== '') files.makeFolder(folder, 0o700)
  checkPath(path)
  if (await answers(path)) throw running(path, await holder?.(path))
  const kind = files.stat(path, { follow: false })?.kind
  if (kind === 'file' || kind === 'folder')
    throw new Fault('control.no-socket-file', `${path} is no socket, but a ${kind}`)
  files.remove(path) // Left behind by one that was killed.
}

function running(path: string, who = ''): Fault {
  return new Fault('control.running', `another guard answers on ${path}${who}`, {
    hint: 'see it with: rampart status',
  })
}

function listen(server: Server, path: string, missing: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays: an error of a later accept must not end the guard.
    server.on('error', (error) => reject(new Fault('control.socket', `cannot listen on ${path}: ${error.message}`)))
    // Nobody may connect between the making of the socket and a chmod of it: it has its mode from the start.
    const mask = process.umask(missing)
    server.listen(path, () => resolve())
    process.umask(mask)
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function closed({ server, hangUp }: Making): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    hangUp()
  })
}
