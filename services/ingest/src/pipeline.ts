import { inStep, LatheError } from '@lathe/contracts/error';
import { giveFreeMemoryBack } from '@lathe/native/free-memory';
import { createBreather } from '@lathe/platform/breather';
import { wrongLinesMessage } from './check/findings.ts';
import { keepApart } from './clean/keep-apart.ts';
import { withLearntTokenizer } from './learn/learnt-tokenizer.ts';
import { chooseHeldOut } from './pack/split.ts';
import type {
  Dataset,
  FilesRead,
  PipelineInput,
  PipelinePorts,
  WrittenDataset,
} from './prepare/ports.ts';
import { readFiles } from './prepare/read-files.ts';
import { haveOneLabel, warnOfRows } from './prepare/row-warnings.ts';
import { writeDataset } from './prepare/write-dataset.ts';
import type { ReadRows } from './read-file.ts';
import type { Numbers } from './row-numbers.ts';

/**
 * From uploaded files to a dataset in the artifact store: reads, checks, tokenizes, splits, writes
 * shards, canonical rows and report, and last the manifest. Throws `invalid_file_format` that names
 * the first wrong lines when any finding is an error; nothing is stored then.
 */
export async function prepareDataset(given: PipelineInput, ports: PipelinePorts): Promise<Dataset> {
  const asked = await withLearntTokenizer(given, ports);
  return completeDataset(asked, await readFiles(asked, ports), ports);
}

/**
 * Makes a dataset of files that were read. Throws `invalid_file_format` that names the first wrong lines when any
 * finding is an error; nothing is stored then.
 */
export async function completeDataset(
  asked: PipelineInput,
  { job, training, validation, maxTokens, wish }: FilesRead,
  ports: PipelinePorts,
): Promise<WrittenDataset> {
  refuseWrongLines(ports);
  if (training.rows.lengths.length === 0) throw nothingKept(training.rows);
  const heldOut = validation === null ? split(training.rows, job, ports) : null;
  if (job.options.early_stopping !== undefined && validation === null && !heldOut?.includes(1))
    throw new LatheError(
      'invalid_value',
      'Early stopping looks at held-out rows, and none are held out: add a validation file, more rows, or a held_out_share.',
      { param: 'lathe.early_stopping' },
    );
  warnOfRows(
    {
      training: training.rows,
      validation: validation?.rows ?? null,
      asked: job.options.held_out_share,
      heldOut,
      isReported: job.options.cleaning?.contamination === 'report',
      answersUnasked: wish.task === undefined ? training.rows.lesson.answers : undefined,
    },
    ports,
  );
  const breather = createBreather();
  const breathe = async (): Promise<void> => {
    await breather();
    ports.signal.throwIfAborted();
    ports.progress();
  };
  const options = job.options.cleaning ?? {};
  const parted = await inStep('keeping the held-out rows apart', () =>
    keepApart(
      { training, validation, heldOut, options },
      { ...ports, breathe, finders: ports.rows.finders },
    ),
  );
  if (validation !== null && parted.dropped.size > 0)
    refuseNothingLeft(differing(training.rows.numbers) - parted.dropped.size);
  const files = { training, validation, heldOut, parted, maxTokens };
  const written = await inStep('writing the dataset', () =>
    writeDataset({ ...asked, job }, files, ports),
  );
  giveFreeMemoryBack();
  return written;
}

/** Of a training file all of whose rows were left out. */
function nothingKept({ read }: ReadRows): LatheError {
  return new LatheError(
    'invalid_file_format',
    `None of the ${read} rows of the training file is left to train on; the findings say why each was left out.`,
    { param: 'training_file' },
  );
}

/** How many numbers there are of rows whose pieces, which share theirs, stand one after another. */
function differing(numbers: Numbers): number {
  let count = 0;
  let last: number | undefined;
  for (const number of numbers) {
    if (number !== last) count++;
    last = number;
  }
  return count;
}

/** Throws where the validation file says all that there is to learn. */
function refuseNothingLeft(rows: number): void {
  if (rows > 0) return;
  throw new LatheError(
    'invalid_file_format',
    'Every row of the training file is in the validation file too, so nothing is left to train on: give other rows, or no validation file.',
    { param: 'validation_file' },
  );
}

/** Throws `invalid_file_format` that names the first wrong lines where any finding is an error. */
function refuseWrongLines(ports: PipelinePorts): void {
  for (const param of ['training_file', 'validation_file'] as const)
    if (ports.findings.errors(param) > 0)
      throw new LatheError(
        'invalid_file_format',
        wrongLinesMessage(ports.findings, param, ports.settings.namedLines),
        { param },
      );
}

function split(rows: ReadRows, job: PipelineInput['job'], ports: PipelinePorts): Uint8Array {
  const { settings } = ports;
  const asked = job.options.held_out_share;
  const enough = rows.lengths.length >= settings.splitLeast;
  const share = asked ?? (enough ? settings.heldOutShare : 0);
  const areLabels = haveOneLabel(rows.lesson);
  return chooseHeldOut(rows, { seed: job.seed, share, ample: settings.heldOutAmple, areLabels });
}
