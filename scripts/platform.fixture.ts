/** For platform.test.ts: starts the platform, tells about it, and waits to be killed. */
import { readConfig } from '@lathe/platform/config';
import { startPlatform } from './platform.ts';

const { pids, natsUrl } = await startPlatform(readConfig(process.env));
process.send?.({ pids: [...pids().values()], natsUrl });
