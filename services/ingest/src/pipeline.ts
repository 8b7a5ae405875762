import { join } from 'node:path';
import type { DatasetManifest, DatasetReport, Finding } from '@lathe/contracts/artifact/dataset';
import { datasetPrefix } from '@lathe/contracts/artifact/key';
import { inStep, LatheError } from '@lathe/contracts/error';
import type { JobRecord, ResolvedSettings } from '@lathe/contracts/job/record';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { createBreather } from '@lathe/platform/breather';
import { type Findings, wrongLinesMessage } from './check/findings.ts';
import { cleaningReport } from './clean/file-cleaning.ts';
import { keepApart, type Parted } from './clean/keep-apart.ts';
import { type Wish, wishOf } from './lesson/decide.ts';
import { canonicalKind, type Lesson } from './lesson/lesson.ts';
import type { BaseModel } from './model/base-model.ts';
import { refuseUnfit, resolveSettings } from './model/defaults.ts';
import { storeTextFiles } from './model/text-files.ts';
import { roomForRows, withTokenizedStart } from './model/virtual-tokens.ts';
import { createBalance } from './pack/balance.ts';
import { createPartWriter, type PartWriter } from './pack/dataset-part.ts';
import { whyNothingHeldOut } from './pack/held-out-reason.ts';
import { createInsight } from './pack/insight.ts';
import { datasetReport } from './pack/report.ts';
import { chooseHeldOut, labelsOfOneGroup } from './pack/split.ts';
import type { Wanted } from './read/container/split-names.ts';
import { createSpool, type Spool, type SpooledRow } from './read/spool.ts';
import { type ReadPorts, type ReadRows, readTrainingFile } from './read-file.ts';
import { createMeter, type ReadProgress } from './read-progress.ts';
import type { Rows } from './rows/rows.ts';
import type { IngestSettings } from './settings.ts';
import { taskWork } from './tasks/tasks.ts';

export type PipelineInput = {
  readonly job: Pick<
    JobRecord,
    'id' | 'project' | 'seed' | 'model' | 'method' | 'hyperparameters' | 'options' | 'start'
  >;
  /** Makes this attempt's folder in the store its own. */
  readonly attempt: string;
  readonly trainingFile: FileRecord;
  readonly validationFile: FileRecord | null;
  readonly model: BaseModel;
};

export type PipelinePorts = {
  readonly artifacts: ArtifactStore;
  readonly rows: Rows;
  readonly findings: Findings;
  readonly settings: IngestSettings;
  /** Local folder for rows that wait; emptied by the caller. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  /** Says that something moved, and while files are read how far it is. */
  readonly progress: (at?: ReadProgress) => void;
};

export type Dataset = {
  readonly manifestKey: string;
  readonly manifest: DatasetManifest;
  readonly report: DatasetReport;
  readonly settings: ResolvedSettings;
};

/**
 * From uploaded files to a dataset in the artifact store: reads, checks, tokenizes, splits, writes
 * shards, canonical rows and report, and last the manifest. Throws `invalid_file_format` that names
 * the first wrong lines when any finding is an error; nothing is stored then.
 */
export async function prepareDataset(asked: PipelineInput, ports: PipelinePorts): Promise<Dataset> {
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
): Promise<Dataset> {
  refuseWrongLines(ports);
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
    keepApart({ training, validation, heldOut, options }, { ...ports, breathe }),
  );
  if (validation !== null && parted.dropped.size > 0)
    refuseNothingLeft(new Set(training.rows.numbers).size - parted.dropped.size);
  return inStep('writing the dataset', () =>
    writeDataset({ ...asked, job }, { training, validation, heldOut, parted, maxTokens }, ports),
  );
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

/** What was read of a job's files, whether it is right or not. */
export type FilesRead = {
  /** As it goes on: with what its own options make of its start. */
  readonly job: PipelineInput['job'];
  readonly wish: Wish;
  readonly training: FileRead;
  readonly validation: FileRead | null;
  /** Longest row in tokens. */
  readonly maxTokens: number;
};

/** Reads the files of a job: what is wrong with them becomes findings. Throws what `readTrainingFile` throws. */
export async function readFiles(asked: PipelineInput, ports: PipelinePorts): Promise<FilesRead> {
  const { model } = asked;
  const job = await withTokenizedStart(asked.job, ports.rows);
  const maxTokens = longestRow(job.options.max_tokens, { model, room: roomForRows(job, model) });
  const pieceTokens = job.options.max_tokens ?? Math.min(maxTokens, ports.settings.windowTokens);
  const wish = wishOf(job, model);
  const meter = createMeter([asked.trainingFile, asked.validationFile], ports.progress);
  const read = async (
    file: FileRecord,
    param: Finding['file'],
    wanted: Wanted,
    known?: ReadRows,
  ) => {
    const spool = await createSpool(join(ports.workFolder, `${param}-${wanted}`));
    const cleaning = job.options.cleaning ?? {};
    const alive = () => ports.progress();
    const own = { spool, maxTokens, pieceTokens, cleaning, progress: meter.row, alive };
    const readPorts: ReadPorts = { ...ports, ...own };
    const stored = ports.artifacts.get(file.key);
    // Of the file that is read again for its other split the bytes were counted.
    const bytes = wanted === 'validation' ? stored : meter.counted(stored);
    const source = { param, bytes, name: file.filename, wanted, wish, known };
    const rows = await inStep(`reading the ${param}`, () => readTrainingFile(source, readPorts));
    return { spool, rows };
  };
  const training = await read(asked.trainingFile, 'training_file', 'train');
  const { trainingFile, validationFile } = asked;
  const hasSplit = training.rows.splits.has('validation');
  if (hasSplit) ports.findings.add(validationSplit(validationFile !== null));
  const validation =
    validationFile !== null
      ? await read(validationFile, 'validation_file', 'held-out', training.rows)
      : hasSplit
        ? await read(trainingFile, 'training_file', 'validation', training.rows)
        : null;
  // What rows say together counts once each is right.
  if (ports.findings.errors() === 0)
    for (const finding of training.rows.survey.findings()) ports.findings.add(finding);
  return { job, wish, training, validation, maxTokens };
}

function validationSplit(isBeside: boolean): Finding {
  const outcome = isBeside ? 'were left out: the job names a validation file' : 'are held out';
  const message = `The rows of the split validation ${outcome}`;
  return { file: 'training_file', line: 0, path: '', rule: 'split', message, level: 'warn' };
}

/** The report on files that no dataset is made of. */
export async function reportOfRead(
  { training, validation, maxTokens }: FilesRead,
  { findings, settings, rows, signal, progress }: PipelinePorts,
): Promise<DatasetReport> {
  const insight = insightOf(training.rows, maxTokens);
  const balance = createBalance();
  for (const each of [training, validation])
    for await (const row of each?.spool.read() ?? []) {
      signal.throwIfAborted();
      progress();
      insight.add(row);
      balance.add(training.rows.survey.labelsOf(row.json), 'train');
    }
  return datasetReport(
    {
      ...factsOf(training.rows, validation?.rows),
      ...{ trained: [], windowTokens: Math.min(maxTokens, settings.windowTokens) },
      labels: balance.labels(),
      insight: await insight.finish(rows.show),
    },
    findings,
  );
}

function insightOf({ lengths, tooLong }: ReadRows, limit: number) {
  return createInsight({ limit, lengths, tooLong });
}

/** What the report says of the rows of both files together. */
function factsOf(training: ReadRows, validation: ReadRows | undefined, parted = allKept) {
  const kept = training.lengths.filter(
    (_, index) => !parted.dropped.has(training.numbers[index] as number),
  );
  const lengths = [...kept, ...(validation?.lengths ?? [])];
  const files = [training, ...(validation === undefined ? [] : [validation])];
  return {
    read: training.read + (validation?.read ?? 0),
    kept: lengths.length,
    duplicates: training.duplicates + (validation?.duplicates ?? 0),
    lengths,
    supervised: training.supervised + (validation?.supervised ?? 0),
    formats: formatsOf(training, validation),
    cleaning: cleaningReport(
      files.map(({ cleaning }) => cleaning),
      parted.counts,
    ),
  };
}

/** Before it is known which rows are held out. */
const allKept: Parted = {
  dropped: new Set(),
  counts: { prompts: 0, near: 0, phrases: 0, dropped: 0 },
};

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

type FileRead = { readonly spool: Spool; readonly rows: ReadRows };
type Prepared = {
  readonly training: FileRead;
  readonly validation: FileRead | null;
  readonly heldOut: Uint8Array | null;
  readonly parted: Parted;
  readonly maxTokens: number;
};

/** Longest row in tokens: what the job asks for, within what the model can take. */
function longestRow(
  asked: number | undefined,
  { model, room }: { readonly model: BaseModel; readonly room: number },
): number {
  const virtual = model.maxPositions - room;
  const beside = virtual === 0 ? '' : ` beside ${virtual} virtual ones`;
  if (asked !== undefined && asked > room)
    throw new LatheError(
      'invalid_value',
      `max_tokens is ${asked}, but the model '${model.name}' takes at most ${room} tokens${beside}.`,
      { param: 'lathe.max_tokens' },
    );
  return asked ?? room;
}

function split(rows: ReadRows, job: PipelineInput['job'], ports: PipelinePorts): Uint8Array {
  const { settings } = ports;
  const asked = job.options.held_out_share;
  const enough = rows.lengths.length >= settings.splitLeast;
  const share = asked ?? (enough ? settings.heldOutShare : 0);
  const areLabels = haveOneLabel(rows.lesson);
  return chooseHeldOut(rows, { seed: job.seed, share, ample: settings.heldOutAmple, areLabels });
}

/** Whether each row's answer is one of some labels. */
function haveOneLabel({ task, problem, answers }: Lesson): boolean {
  return answers !== undefined || (task === 'classification' && problem === 'single-label');
}

function warnOfRows(
  read: {
    training: ReadRows;
    validation: ReadRows | null;
    heldOut: Uint8Array | null;
    asked: number | undefined;
    answersUnasked: Lesson['answers'];
    /** Whether rows of both files are only told. */
    isReported: boolean;
  },
  { findings, settings }: PipelinePorts,
): void {
  const { training, validation } = read;
  const kept = training.lengths.length;
  const warn = (file: Finding['file'], rule: string, message: string) =>
    findings.add({ file, line: 0, path: '', rule, message, level: 'warn' });
  if (read.heldOut?.includes(1) && haveOneLabel(training.lesson))
    for (const row of labelsOfOneGroup(training))
      findings.add({
        ...{ file: 'training_file', line: training.lines[row] ?? 0, path: '' },
        rule: 'one-group',
        message:
          'the label of this row is in one group of rows only, so it is taught and never scored',
        level: 'warn',
      });
  if (kept < settings.fewRows)
    warn(
      'training_file',
      'few-rows',
      `The file has ${kept} rows; ${settings.fewRows} or more are advised`,
    );
  if (read.answersUnasked !== undefined)
    warn(
      'training_file',
      'labels-as-answers',
      `The model will write the labels, each as the ${read.answersUnasked === 'chat' ? 'answer in a chat' : 'completion of its text'}; for a classifier with scores of the labels give the task classification`,
    );
  for (const [file, rows] of [
    ['training_file', training],
    ['validation_file', validation],
  ] as const)
    if (rows !== null && rows.duplicates > 0)
      warn(file, 'duplicates', `${rows.duplicates} rows repeat an earlier row`);
  if (validation !== null) {
    const known = new Set(training.prompts);
    const shared = validation.prompts.filter((group) => known.has(group)).length;
    if (shared > 0 && read.isReported)
      warn(
        'validation_file',
        'overlap',
        `${shared} rows have a prompt that is in the training file too`,
      );
    if (read.asked !== undefined)
      warn(
        'training_file',
        'no-held-out',
        'held_out_share has no effect: the rows of the validation file are held out',
      );
  } else if (!read.heldOut?.includes(1)) {
    const why = whyNothingHeldOut({ ...settings, asked: read.asked, rows: kept });
    warn(
      'training_file',
      'no-held-out',
      `No rows are held out, so the tuned model will not be scored: ${why}`,
    );
  }
}

async function writeDataset(
  { job, attempt, model }: PipelineInput,
  { training, validation, heldOut, parted, maxTokens }: Prepared,
  ports: PipelinePorts,
): Promise<Dataset> {
  const { artifacts, settings, findings } = ports;
  const { lesson, survey } = training.rows;
  const prefix = datasetPrefix(job.project, job.id, attempt);
  const writer = (name: 'train' | 'held-out'): Promise<PartWriter> =>
    createPartWriter({
      artifacts,
      prefix,
      name,
      localFile: join(ports.workFolder, `${name}.jsonl`),
      shardTokens: settings.shardTokens,
      count: taskWork[lesson.task].count,
    });
  const trainWriter = await writer('train');
  const heldOutWriter = await writer('held-out');
  const balance = createBalance();
  const insight = insightOf(training.rows, maxTokens);
  const trained: number[] = [];
  const write = async ({ json, examples }: SpooledRow, side: 'train' | 'heldOut') => {
    balance.add(survey.labelsOf(json), side);
    insight.add({ json, examples });
    const row = { json, examples: survey.complete(json, examples) };
    if (side === 'train') trained.push(...packedLengths(lesson, row));
    await (side === 'train' ? trainWriter : heldOutWriter).add(row);
  };
  try {
    let index = 0;
    const breathe = createBreather();
    for await (const row of training.spool.read()) {
      await breathe();
      ports.signal.throwIfAborted();
      ports.progress();
      const side = heldOut?.[index] === 1 ? 'heldOut' : 'train';
      if (parted.dropped.has(training.rows.numbers[index++] as number)) insight.add(row);
      else await write(row, side);
    }
    for await (const row of validation?.spool.read() ?? []) {
      await breathe();
      ports.signal.throwIfAborted();
      ports.progress();
      await write(row, 'heldOut');
    }
    const train = await trainWriter.finish();
    const held = await heldOutWriter.finish();
    const longest = Math.max(train.longest, settings.windowTokens);
    const report = datasetReport(
      {
        ...factsOf(training.rows, validation?.rows, parted),
        supervised: train.supervisedTokens + held.supervisedTokens,
        trained,
        windowTokens: trained.reduce(
          (most, one) => Math.max(most, one),
          Math.min(longest, maxTokens),
        ),
        labels: balance.labels(),
        insight: await insight.finish(ports.rows.show),
      },
      findings,
    );
    const { templateSha256 } = await ports.rows.open(lesson);
    const task = survey.task();
    if (task !== undefined) refuseUnfit(job.options, task);
    const manifest: DatasetManifest = {
      version: 1,
      jobId: job.id,
      kind: canonicalKind(lesson),
      ...(task && { task }),
      baseModel: model.name,
      tokenizerSha256: model.tokenizerSha256,
      templateSha256,
      baseSha256: model.baseSha256,
      text: await storeTextFiles(artifacts, prefix, model.folder),
      heldOutSource: validation !== null ? 'validation_file' : held.rows > 0 ? 'split' : 'none',
      train,
      heldOut: held,
      report: await putJson(artifacts, `${prefix}/report.json`, report),
    };
    const manifestKey = `${prefix}/manifest.json`;
    await putJson(artifacts, manifestKey, manifest);
    const { parameters, architecture } = model;
    const facts = { rows: train.rows, tokens: train.tokens, parameters, architecture };
    const resolved = { ...resolveSettings(facts, job), ...(task && { task }) };
    return { manifestKey, manifest, report, settings: resolved };
  } finally {
    await trainWriter.close();
    await heldOutWriter.close();
  }
}

function formatsOf(training: ReadRows, validation: ReadRows | undefined): DatasetReport['formats'] {
  return [
    ...(training.detection ? [{ file: 'training_file' as const, ...training.detection }] : []),
    ...(validation?.detection
      ? [{ file: 'validation_file' as const, ...validation.detection }]
      : []),
  ];
}

/** Tokens of what is packed as one: both answers of a preference, all texts of a group, or each example of a row. */
function packedLengths(lesson: Lesson, { examples }: SpooledRow): number[] {
  const lengths = examples.map(({ tokens }) => tokens.length);
  const areOne = lesson.rows === 'preference' || lesson.rows === 'related';
  return areOne ? [lengths.reduce((sum, length) => sum + length, 0)] : lengths;
}

async function putJson(artifacts: ArtifactStore, key: string, value: unknown) {
  return { key, ...(await artifacts.put(key, Buffer.from(JSON.stringify(value)))) };
}
