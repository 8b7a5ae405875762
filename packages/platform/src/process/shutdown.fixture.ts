/** For shutdown.test.ts: a service that stops as its argument says. */
import { createLogger } from '../log/log.ts';
import { createStopList, onShutdown } from './shutdown.ts';

const how = process.argv[2] ?? '';
const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'child');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const parts = createStopList(log);
parts.add('nats', () => say('nats stopped'));
parts.add('gateway', async () => {
  if (how.startsWith('hangs')) {
    say('gateway stops');
    await new Promise(() => undefined);
  }
  if (how === 'fails') throw new Error('no');
  say('gateway stopped');
});
onShutdown(parts, log, how === 'hangs long' ? 3_600_000 : 1000);
setInterval(() => undefined, 1000);
say('ready');
