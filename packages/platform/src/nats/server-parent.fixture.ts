/** For server.test.ts: starts nats-server, tells its process id, and waits to be killed. */
import { startNatsServer } from './server.ts';

const server = await startNatsServer({ folder: process.argv[2] ?? '' });
process.send?.(server.pid);
setInterval(() => undefined, 1000);
