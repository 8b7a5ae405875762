import { join } from 'node:path';
import {
  type DatasetManifest,
  type DatasetReport,
  datasetManifestSchema,
  datasetReportSchema,
} from '@lathe/contracts/artifact/dataset';
import { datasetPrefix } from '@lathe/contracts/artifact/key';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import { createBreather } from '@lathe/platform/breather';
import type { Parted } from '../clean/keep-apart.ts';
import { canonicalKind, type Lesson } from '../lesson/lesson.ts';
import { refuseUnfit, resolveSettings } from '../model/defaults.ts';
import { storeTextFiles } from '../model/text-files.ts';
import { createBalance } from '../pack/balance.ts';
import { createPartWriter, type PartWriter } from '../pack/dataset-part.ts';
import { createLengthCounts } from '../pack/length-counts.ts';
import { datasetReport } from '../pack/report.ts';
import type { LinesRun, SpooledChunk, SpooledRow } from '../read/spool.ts';
import { taskWork } from '../tasks/tasks.ts';
import { encodingModel, factsOf, insightOf } from './dataset-facts.ts';
import { heldOutClusters } from './held-out-clusters.ts';
import type { FileRead, PipelineInput, PipelinePorts, WrittenDataset } from './ports.ts';

/** What a dataset is written of. */
export type Prepared = {
  readonly training: FileRead;
  readonly validation: FileRead | null;
  readonly heldOut: Uint8Array | null;
  readonly parted: Parted;
  readonly maxTokens: number;
};

/** Where a row goes. */
type Side = 'train' | 'heldOut' | 'dropped';

/** Rows from one to before another. */
type RowsOfRun = { readonly from: number; readonly to: number };

/** Where each row of a file goes, by its index, and which of the held-out ones are marked. */
type Sides = {
  readonly sideOf: (index: number) => Side;
  readonly marks: ReturnType<typeof heldOutClusters>;
};

/** Writes shards, canonical rows and report, and last the manifest, which makes the dataset one. */
export async function writeDataset(
  { job, attempt, model }: PipelineInput,
  { training, validation, heldOut, parted, maxTokens }: Prepared,
  ports: PipelinePorts,
): Promise<WrittenDataset> {
  const { artifacts, settings, findings } = ports;
  const { lesson, survey } = training.rows;
  const { count, countRun } = taskWork[lesson.task];
  const prefix = datasetPrefix(job.project, job.id, attempt);
  const writer = (name: 'train' | 'held-out'): Promise<PartWriter> =>
    createPartWriter({
      artifacts,
      prefix,
      name,
      localFile: join(ports.workFolder, `${name}.jsonl`),
      shardTokens: settings.shardTokens,
      ...{ count, countRun },
    });
  const balance = createBalance();
  const insight = insightOf(training.rows, maxTokens);
  const trained = createLengthCounts();
  const trainWriter = await writer('train');
  const heldOutWriter = await writer('held-out').catch(async (error: unknown) => {
    await Promise.allSettled([trainWriter.close()]);
    throw error;
  });
  const writers = { train: trainWriter, heldOut: heldOutWriter };
  const write = async (
    { json, examples }: SpooledRow,
    side: 'train' | 'heldOut',
    marked: Uint8Array = json,
  ) => {
    balance.add(survey.labelsOf?.(json) ?? [], side);
    const row = { json: marked, examples: survey.complete?.(json, examples) ?? examples };
    if (side === 'train') for (const length of packedLengths(lesson, row)) trained.add(length);
    await writers[side].add(row);
  };
  const writeRun = async (run: LinesRun, { from, to }: RowsOfRun, side: 'train' | 'heldOut') => {
    if (side === 'train')
      for (let row = from; row < to; row++) trained.add(run.lengths[row] as number);
    await writers[side].addRun(run, from, to);
  };
  // Where nothing is asked of a row by itself, all that go the same way are copied at once.
  const areCopied = countRun !== undefined && !survey.labelsOf && !survey.complete;
  const breathe = createBreather();
  const writeChunk = async (chunk: SpooledChunk, first: number, { sideOf, marks }: Sides) => {
    ports.signal.throwIfAborted();
    ports.progress();
    const run = areCopied ? chunk.run : undefined;
    if (run !== undefined) insight.addRun(run);
    for (let from = 0; from < chunk.length; ) {
      await breathe();
      const side = sideOf(first + from);
      const isMarked = side === 'heldOut' && marks.isMarked(first + from);
      let to = from + 1;
      if (run !== undefined && !isMarked) {
        const goesOn = (at: number): boolean =>
          sideOf(at) === side && !(side === 'heldOut' && marks.isMarked(at));
        while (to < chunk.length && goesOn(first + to)) to++;
        if (side !== 'dropped') await writeRun(run, { from, to }, side);
      } else {
        const row = chunk.row(from);
        if (run === undefined) insight.add(row);
        if (side !== 'dropped')
          await write(row, side, isMarked ? marks.mark(row.json, first + from) : row.json);
      }
      from = to;
    }
  };
  try {
    const trainingSides: Sides = {
      sideOf: (at) => {
        const { dropped } = parted;
        if (dropped.size > 0 && dropped.has(training.rows.numbers.at(at) as number))
          return 'dropped';
        return heldOut?.[at] === 1 ? 'heldOut' : 'train';
      },
      marks: heldOutClusters(training.rows.groups, (at) => heldOut?.[at] === 1),
    };
    const validationSides: Sides = {
      sideOf: () => 'heldOut',
      marks: heldOutClusters(validation?.rows.groups ?? [], () => true),
    };
    let first = 0;
    for await (const chunk of training.spool.read()) {
      await writeChunk(chunk, first, trainingSides);
      first += chunk.length;
    }
    first = 0;
    for await (const chunk of validation?.spool.read() ?? []) {
      await writeChunk(chunk, first, validationSides);
      first += chunk.length;
    }
    const train = await trainWriter.finish();
    const held = await heldOutWriter.finish();
    const { templateSha256 } = await ports.rows.open(lesson);
    const longest = Math.max(train.longest, settings.windowTokens);
    const report = datasetReport(
      {
        ...factsOf(training.rows, validation?.rows, parted),
        supervised: train.supervisedTokens + held.supervisedTokens,
        trained: trained.counts,
        windowTokens: Math.max(trained.most(), Math.min(longest, maxTokens)),
        labels: balance.labels(),
        tokenizer: model.learnt,
        insight: await insight.finish(ports.rows, encodingModel(model, templateSha256)),
      },
      findings,
    );
    const task = survey.task();
    refuseUnfit(job.options, task);
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
      report: await storeReport(artifacts, `${prefix}/report.json`, report),
    };
    const manifestKey = `${prefix}/manifest.json`;
    await writeJson(artifacts, manifestKey, datasetManifestSchema, manifest);
    const { parameters, architecture } = model;
    const facts = { rows: train.rows, tokens: train.tokens, parameters, architecture };
    const resolved = { ...resolveSettings(facts, job), ...(task && { task }) };
    return { manifestKey, manifest, report, settings: resolved, examples: trained.count() };
  } finally {
    // A writer that does not close neither keeps the other open nor hides the error that ended the work; a finished one has nothing open.
    await Promise.allSettled([trainWriter.close(), heldOutWriter.close()]);
  }
}

/** Tokens of what is packed as one: both answers of a preference, all texts of a group, or each example of a row. */
function packedLengths(lesson: Lesson, { examples }: SpooledRow): number[] {
  const lengths = examples.map(({ tokens }) => tokens.length);
  const areOne = lesson.rows === 'preference' || lesson.rows === 'related';
  return areOne ? [lengths.reduce((sum, length) => sum + length, 0)] : lengths;
}

async function storeReport(artifacts: ArtifactStore, key: string, report: DatasetReport) {
  return { key, ...(await writeJson(artifacts, key, datasetReportSchema, report)) };
}
