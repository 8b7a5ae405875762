import type { BatchRecord } from '@lathe/contracts/record/batch';
import type { BatchPorts, BatchSettings } from './batch-ports.ts';
import { readLines } from './lines.ts';

/** Nobody reads more of what is wrong with a file. */
const mostErrors = 100;

/** What an input file holds: how many requests, of which model first, and what is wrong with it. */
export type Validated = Pick<BatchRecord, 'errors' | 'model'> & { readonly total: number };

/**
 * Reads the whole input file before anything of it is asked. Throws what `readLines` throws, and the signal's reason.
 */
export async function validateFile(
  { artifacts }: Pick<BatchPorts, 'artifacts'>,
  { endpoint }: Pick<BatchRecord, 'endpoint'>,
  {
    key,
    settings,
    onLine,
  }: {
    readonly key: string;
    readonly settings: Pick<BatchSettings, 'batchLines' | 'maxJsonBytes'>;
    readonly onLine: () => void;
  },
): Promise<Validated> {
  const errors: BatchRecord['errors'] = [];
  const ids = new Set<string>();
  let model: string | null = null;
  for await (const read of readLines({ artifacts, endpoint }, key, settings)) {
    onLine();
    if (errors.length >= mostErrors) break;
    if ('problem' in read) {
      errors.push(read.problem);
      continue;
    }
    if (ids.has(read.customId))
      errors.push({
        ...{ code: 'duplicate_custom_id', line: read.line, param: 'custom_id' },
        message: `The custom_id ${JSON.stringify(read.customId)} stands on an earlier line, too.`,
      });
    ids.add(read.customId);
    model ??= read.model;
    if (ids.size > settings.batchLines) {
      const message = `The file has more than ${settings.batchLines} requests, the most that a batch takes.`;
      errors.push({ code: 'too_many_requests', line: null, message, param: null });
      break;
    }
  }
  if (ids.size === 0 && errors.length === 0)
    errors.push({
      ...{ code: 'empty_file', line: null, param: 'input_file_id' },
      message: 'The file has no requests.',
    });
  return { errors, model, total: ids.size };
}
