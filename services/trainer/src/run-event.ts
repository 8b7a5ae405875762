import type { WatchJobResponse } from './generated/lathe/worker/v1/worker.ts';

/** What a worker tells about a run: the content of a message of its stream. */
export type RunEvent = NonNullable<WatchJobResponse['content']>;

/** How a run ended. */
export type RunOutcome = NonNullable<(RunEvent & { $case: 'result' })['value']['outcome']>;
