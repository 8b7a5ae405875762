import { runService } from '@lathe/platform/service-process';
import { startWorker } from './start.ts';

const worker = await runService('worker', startWorker);
await worker.idle;
// It ends as it would for whoever started it.
process.kill(process.pid, 'SIGTERM');
