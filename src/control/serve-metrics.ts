/** Metrics on a port, if the configuration says so; else nothing of it is loaded. */
import type { Guard } from '../engine/life/guard.ts'
import type { World } from '../world/world.ts'
import type { Asked } from './command.ts'
import type { ControlServer } from './socket.ts'

export function serveMetrics(guard: Pick<Guard, 'prepared'>, asked: Asked, world: Pick<World, 'clock'>): ControlServer {
  const wanted = () => guard.prepared.configuration.server.metrics
  let server: Promise<ControlServer> | undefined
  const look = () => {
    if (wanted()) server ??= import('./metrics/listener.ts').then(({ listening }) => listening(asked, world, wanted))
  }
  look()
  const silence = asked.engine.listen(({ kind }) => kind === 'reload' && look())
  return {
    async close() {
      silence()
      await (await server)?.close()
    },
  }
}
