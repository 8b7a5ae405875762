import { readBatchAnswerKey } from '@lathe/contracts/artifact/key';
import { type BatchAnswer, batchAnswerSchema } from '@lathe/contracts/http/batch';
import type { BatchRecord } from '@lathe/contracts/record/batch';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { z } from 'zod';
import { makeFile } from '../files/make-file.ts';
import type { BatchPorts } from './batch-ports.ts';

type Made = Pick<BatchRecord, 'outputFileId' | 'errorFileId' | 'usage' | 'counts'>;

/**
 * Makes the files of a batch of its answered lines, in the order of its input: one of the answers, one of what was refused or
 * never asked (`unasked`). A file without lines is not made. `progress` is called with every line.
 */
export async function makeOutputFiles(
  ports: BatchPorts,
  batch: BatchRecord,
  {
    answers,
    unasked,
    progress,
  }: {
    /** Keys of the answered lines, in their order. */
    readonly answers: readonly string[];
    readonly unasked: () => AsyncIterable<BatchAnswer>;
    readonly progress: () => void;
  },
): Promise<Made> {
  const counts = { completed: 0, failed: 0 };
  const usage = createUsage();
  async function* linesOf(status: 'ok' | 'error'): AsyncGenerator<Uint8Array> {
    for (const key of answers) {
      if (readBatchAnswerKey(key)?.status !== status) continue;
      const answer = await readJson(ports.artifacts, key, batchAnswerSchema);
      progress();
      counts[status === 'ok' ? 'completed' : 'failed']++;
      usage.add(answer.response?.body);
      yield lineOf(answer);
    }
    if (status === 'ok') return;
    for await (const answer of unasked()) {
      progress();
      counts.failed++;
      yield lineOf(answer);
    }
  }
  const { output, error } = batch.files;
  const make = async (id: string, name: string, lines: AsyncGenerator<Uint8Array>) => {
    const filename = `${batch.id}_${name}.jsonl`;
    const about = { id, filename, purpose: 'batch_output', lifetime: batch.outputSeconds } as const;
    const file = await makeFile(ports, batch.project, { ...about, lines });
    return file?.id ?? null;
  };
  const outputFileId = await make(output, 'output', linesOf('ok'));
  const errorFileId = await make(error, 'error', linesOf('error'));
  // Of a batch that was cancelled before its file was read, nobody knew how many there are.
  const total = Math.max(batch.counts.total, counts.completed + counts.failed);
  return { outputFileId, errorFileId, usage: usage.sum(), counts: { total, ...counts } };
}

function lineOf(answer: BatchAnswer): Uint8Array {
  return Buffer.from(`${JSON.stringify(answer)}\n`);
}

const usageSchema = z.object({
  usage: z.object({
    prompt_tokens: z.number(),
    completion_tokens: z.number().default(0),
    total_tokens: z.number(),
    prompt_tokens_details: z.object({ cached_tokens: z.number() }).optional(),
  }),
});

/** Adds up what answers took. */
function createUsage() {
  const sum = { input: 0, cached: 0, output: 0, total: 0 };
  return {
    add(body: unknown): void {
      const read = usageSchema.safeParse(body);
      if (!read.success) return;
      sum.input += read.data.usage.prompt_tokens;
      sum.cached += read.data.usage.prompt_tokens_details?.cached_tokens ?? 0;
      sum.output += read.data.usage.completion_tokens;
      sum.total += read.data.usage.total_tokens;
    },
    sum: (): NonNullable<BatchRecord['usage']> => ({
      input_tokens: sum.input,
      input_tokens_details: { cached_tokens: sum.cached },
      output_tokens: sum.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: sum.total,
    }),
  };
}
