/** For service-process.test.ts: a service that fails as its argument says. */
import { once } from 'node:events';
import { runService } from './service-process.ts';

const how = process.argv[2] ?? '';

await runService('child', async () => {
  if (how === 'refuses') throw new Error('The folder is missing.', { cause: new Error('ENOENT') });
  if (how === 'refuses when told to stop') {
    const told = once(process, 'SIGTERM');
    process.kill(process.pid, 'SIGTERM');
    await told;
    throw new Error('The folder is missing.');
  }
  if (how === 'throws')
    setImmediate(() => {
      throw new Error('nobody caught this', { cause: new Error('the reason') });
    });
  if (how === 'rejects') setImmediate(() => void Promise.reject(new Error('nobody awaited this')));
  return { url: 'http://here', stop: async () => undefined };
});
