/** The real worker, whose engine waits before a step. */
import { fileURLToPath } from 'node:url';
import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { onShutdown } from '@lathe/platform/shutdown';
import { startWorker } from '../worker/start.ts';

const config = readConfig(process.env);
const engineProgram = fileURLToPath(new URL('./held-engine.fixture.ts', import.meta.url));
const worker = await startWorker(config, { engineProgram });
onShutdown(worker, createLogger(config, 'worker'), config.shutdownGraceMs);
