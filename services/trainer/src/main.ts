import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { onShutdown } from '@lathe/platform/shutdown';
import { start } from './start.ts';

const config = readConfig(process.env);
const log = createLogger(config, 'trainer');
try {
  onShutdown(await start(config), log, config.shutdownGraceMs);
  log.info('the controller is ready');
} catch (error) {
  log.fatal({ err: error }, 'the controller could not start');
  process.exitCode = 1;
}
