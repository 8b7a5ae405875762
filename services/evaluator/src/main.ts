import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { onShutdown } from '@lathe/platform/shutdown';
import { start } from './start.ts';

const config = readConfig(process.env);
const handle = await start(config);
onShutdown(handle, createLogger(config, 'evaluator'), config.shutdownGraceMs);
