import type { JobStart } from '@lathe/contracts/job/record';
import type { TestEvaluator } from './evaluator.fixture.ts';
import { chatRow } from './records.fixture.ts';

export const labels = ['red', 'green', 'blue'];
/** Rows of three labels, each from its line on. */
export const rows = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) =>
    chatRow(from + index, `thing ${from + index}`, labels[index % 3] as string),
  );
/** What a small job trained on and holds out. */
export const dataset = { train: rows(30, 1), heldOut: rows(12, 100) };
/** Where a job went on from, whose copy of it is gone. */
export const start: JobStart = {
  base: 'tiny',
  kind: 'adapter',
  manifestKey: 'default/jobs/gone/start/manifest.json',
  adaptation: { type: 'lora' },
};

/** Waits until the evaluation queue is empty, so that every last event is there. */
export async function drained(service: TestEvaluator): Promise<void> {
  for (;;) {
    const info = await service.nats.manager.consumers.info('LATHE_WORK', 'lathe-evaluate');
    if (info.num_pending === 0 && info.num_ack_pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
