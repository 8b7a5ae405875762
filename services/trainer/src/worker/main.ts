import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { onShutdown } from '@lathe/platform/shutdown';
import { startWorker } from './start.ts';

const config = readConfig(process.env);
const log = createLogger(config, 'worker');
// Started by another process of ours: without it there is nobody to work for.
const leave = (): void => process.exit(1);
if (process.connected) process.once('disconnect', leave);
try {
  const worker = await startWorker(config);
  process.off('disconnect', leave);
  onShutdown(worker, log, config.shutdownGraceMs);
  await worker.idle;
  log.info('the worker has had nothing to do for long enough');
  // It ends as it would for whoever started it.
  process.kill(process.pid, 'SIGTERM');
} catch (error) {
  log.fatal({ err: error }, 'the worker could not start');
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
