import { type NatsServer, startNatsServer } from '@lathe/platform/nats/server';
import { freeze } from './freeze.ts';
import { tempFolder } from './temp-folder.ts';

/** A real server for one test, with faults on demand. */
export type TestServer = AsyncDisposable & {
  /** Where it keeps what it is given. */
  readonly folder: string;
  /** Ends the server in order; its store stays for `restart`. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store. */
  restart(): Promise<void>;
  /** Freezes the process, as a machine that hangs; `resume` lets it go on. */
  pause(): Promise<void>;
  resume(): void;
};
export type TestNats = TestServer & { readonly url: string; readonly port: number };

/**
 * Starts a real nats-server with JetStream on a free port with a store of its own.
 * @example await using server = await startNats();
 */
export async function startNats(): Promise<TestNats> {
  const folder = await tempFolder();
  let server: NatsServer = await startNatsServer({ folder: folder.path });
  const { url, port, token } = server;
  const kill = async (): Promise<void> => {
    server.signal('SIGKILL');
    await server.exited;
  };
  return {
    url,
    port,
    folder: folder.path,
    stop: () => server.stop(),
    kill,
    restart: async () => {
      server = await startNatsServer({ folder: folder.path, port, token });
    },
    pause: () => freeze(server.pid),
    resume: () => server.signal('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
}
