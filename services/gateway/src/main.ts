import { runService, watchParts } from '@lathe/platform/service-process';
import { start } from './start.ts';

const parts = watchParts();
await runService('gateway', (config) => start(config, {}, parts));
