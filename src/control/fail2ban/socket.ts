/**
 * Fail2ban's own socket: its client, and exporters that speak its protocol, talk to this guard. The socket is 0700 in a
 * folder that others cannot write to, as Fail2ban makes it, so the kernel itself admits root alone.
 *
 * Its code is loaded when somebody asks for the first time: most hosts have nobody who does.
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { Guard } from '../../engine/life/guard.ts'
import type { GuardLog } from '../../engine/log/guard-log.ts'
import type { World } from '../../world/world.ts'
import type { Asked } from '../command.ts'
import { holdSocket } from '../hold-socket.ts'
import type { ControlServer } from '../socket.ts'
import type { Answering } from './answer/answer.ts'
import type { Fail2banAsked } from './asked.ts'

export interface Serving {
  readonly world: World
  readonly path: string
  /** undefined: the folders that were named are all that counts. */
  readonly stockFolder: string | undefined
  readonly log?: GuardLog | undefined
}

/**
 * Serves a guard. Where the socket cannot be made, or somebody else answers there, that is a fault of the engine, and it is
 * tried again.
 */
export function serveFail2ban(
  guard: Pick<Guard, 'prepared' | 'change'>,
  asked: Asked,
  { world, path, stockFolder, log }: Serving,
): Promise<ControlServer> {
  const stock = stockFolder === undefined ? [] : [stockFolder]
  const all: Fail2banAsked = {
    ...asked,
    world,
    log,
    folders: () => [...stock, ...guard.prepared.folders],
    prepared: () => guard.prepared,
    change: (next) => guard.change(next),
  }
  return holding(all, world, path)
}

async function holding(asked: Fail2banAsked, { files, clock }: World, path: string): Promise<ControlServer> {
  let answers: Promise<Answering> | undefined
  const answering = () => {
    answers ??= import('./answer/answer.ts').then((module) => module.answering(asked))
    return answers
  }
  return holdSocket({ files, clock }, path, {
    make: () => serverOf(answering),
    mask: 0o077,
    onFault: (fault) => (fault ? asked.engine.fault(fault, TOPIC) : asked.engine.over(TOPIC)),
  })
}

const TOPIC = "Fail2ban's socket"
const MAX_CALLERS = 16

function serverOf(answering: () => Promise<Answering>): { readonly server: Server; hangUp(): void } {
  /** The one who has been silent longest comes first. */
  const callers = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const [longest] = callers
    if (longest && callers.size >= MAX_CALLERS) {
      callers.delete(longest)
      longest.destroy()
    }
    callers.add(socket)
    socket.on('close', () => callers.delete(socket))
    socket.on('error', () => {})
    socket.pause()
    Promise.all([import('./conversation.ts'), answering()])
      .then(([{ converse }, { answer }]) => converse(socket, answer))
      .catch(() => socket.destroy())
  })
  return {
    server,
    hangUp() {
      for (const socket of callers) socket.destroy()
    },
  }
}
