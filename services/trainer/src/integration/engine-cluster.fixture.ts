import { fileURLToPath } from 'node:url';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { type Cluster, openCluster, type WorkerProcess } from './cluster.fixture.ts';

const main = fileURLToPath(new URL('../worker/main.ts', import.meta.url));
const environment = {
  LATHE_MODELS: fileURLToPath(
    new URL('../../../../packages/engine/src/parity/fixtures/models', import.meta.url),
  ),
  LATHE_ENGINE_THREADS: '1',
};

export type EngineCluster = AsyncDisposable & {
  readonly cluster: Cluster;
  /** Starts a worker with the real engine. */
  startWorker(id: string): WorkerProcess;
};

/** For tests: a controller, for workers with the real engine and the engine's tiny models. */
export async function openEngineCluster(): Promise<EngineCluster> {
  const resources = new AsyncDisposableStack();
  const nats = resources.use(await startNats());
  const folder = resources.use(await tempFolder());
  const places = { natsUrl: nats.url, folder: folder.path };
  const cluster = resources.use(await openCluster({ ...places, environment }));
  await cluster.startController();
  const startWorker = (id: string): WorkerProcess => cluster.startWorker(id, {}, { main });
  return { cluster, startWorker, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
