import { runService } from '@lathe/platform/service-process';
import { start } from './start.ts';

await runService('trainer', start);
