import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { onShutdown } from '@lathe/platform/shutdown';
import { start } from './start.ts';

try {
  const config = readConfig(process.env);
  const handle = await start(config);
  onShutdown(handle, createLogger(config, 'gateway'), config.shutdownGraceMs);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
