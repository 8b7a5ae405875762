import { LatheError } from '@lathe/contracts/error';
import type { RepairRequest } from '@lathe/contracts/http/dataset';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { Findings } from '../check/findings.ts';
import { tryModels } from '../inspect/choose-model.ts';
import { type Asked, openLook } from '../inspect/look.ts';
import { readMended, repairedFile } from '../inspect/repaired.ts';
import type { FilesRead } from '../prepare/ports.ts';
import { type Made, type Making, madeName, sourceOf } from './making.ts';

/** Places of a reason that are named. */
const mostPlaces = 5;

/**
 * A file of the rows that are right by the checks of an inspection, each once, in the form of docs/rows.md: the repaired
 * file of an inspection. Rows that are wrong or too long go, texts lose characters that no text has. Throws what a
 * job would fail with where the file as a whole cannot be read.
 */
export async function repairFile(request: RepairRequest, making: Making): Promise<Made> {
  const { sinks, ports } = making;
  const { record } = sourceOf(making, request.file);
  const { training, findings } = await readAny(request, making);
  const { lines, counts } = repairedFile(training);
  for await (const line of lines()) {
    await sinks.rows.add(line.subarray(0, -1));
    ports.progress({ rows: sinks.rows.rows() });
  }
  return {
    unused: unusedOf(record.filename, findings, counts),
    rowsBySource: { [request.file]: sinks.rows.rows() },
    filename: madeName(record.filename, 'repaired'),
  };
}

type Read = FilesRead & { readonly findings: Findings };

/** Methods with which rows can be taught, the usual first. */
const methods: readonly Pick<JobRecord, 'method' | 'options'>[] = [
  { method: 'supervised', options: {} },
  { method: 'dpo', options: {} },
  { method: 'dpo', options: { preference: { loss: 'kto' } } },
];

/**
 * The file as a job would read it that learns from such rows: for a model that takes them as they are, before one that
 * would write their labels. Throws what the first try failed with where none can.
 */
async function readAny(request: RepairRequest, making: Making): Promise<Read> {
  const { ports } = making;
  const { record } = sourceOf(making, request.file);
  const { model: named = null, task, data, max_tokens } = request;
  const asked = { ...(task && { task }), ...(max_tokens && { max_tokens }) };
  // Wrong rows are told as such, however few they are.
  const shared = { ...asked, data: { ...data, wrong_rows_share: 0 } };
  let failure: unknown;
  let second: Read | undefined;
  for (const { method, options } of methods) {
    const attempt = async (model: string, isOneOfSeveral: boolean): Promise<Read | LatheError> => {
      const job: Asked['job'] = {
        ...{ seed: 1, method, hyperparameters: {} },
        options: { ...shared, ...options },
      };
      const files = { job, trainingFile: record, validationFile: null };
      const look = await openLook(model, files, { ...ports, isOneOfSeveral });
      try {
        return await readMended(look.asked, look.ports);
      } catch (error) {
        if (!(error instanceof LatheError) || error.retryable) throw error;
        return error;
      }
    };
    for await (const { made } of tryModels(ports, named, attempt)) {
      if (made instanceof LatheError) failure ??= made;
      else if (made.training.rows.lesson.answers === undefined) return made;
      else second ??= made;
    }
    if (second !== undefined) return second;
  }
  throw failure;
}

/** What is not in the repaired file, in the words of the first row of each kind. */
function unusedOf(
  filename: string,
  findings: Findings,
  { repeated, mended }: { readonly repeated: number; readonly mended: number },
): Made['unused'] {
  const unused = findings.reasons().flatMap(({ rule, level, count }) => {
    if (level === 'warn' && rule !== 'too-long') return [];
    const listed = findings.listed.filter((each) => each.rule === rule && each.level === level);
    const places = listed.slice(0, mostPlaces).map(({ line }) => `${filename} line ${line}`);
    const [first] = listed;
    return [{ reason: first === undefined ? rule : `${rule}: ${first.message}`, count, places }];
  });
  const counted = (reason: string, count: number) =>
    count === 0 ? [] : [{ reason, count, places: [] }];
  return [
    ...unused,
    ...counted('a row that is there already', repeated),
    ...counted('a row with characters that no text has, now without them', mended),
  ];
}
