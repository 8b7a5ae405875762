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
import type { Spool, SpooledRow } from '../read/spool.ts';
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

/** Writes shards, canonical rows and report, and last the manifest, which makes the dataset one. */
export async function writeDataset(
  { job, attempt, model }: PipelineInput,
  { training, validation, heldOut, parted, maxTokens }: Prepared,
  ports: PipelinePorts,
): Promise<WrittenDataset> {
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
  const trained = createLengthCounts();
  const write = async (
    { json, examples }: SpooledRow,
    side: 'train' | 'heldOut',
    marked: (json: Uint8Array) => Uint8Array = (plain) => plain,
  ) => {
    balance.add(survey.labelsOf(json), side);
    insight.add({ json, examples });
    const row = { json: marked(json), examples: survey.complete(json, examples) };
    if (side === 'train') for (const length of packedLengths(lesson, row)) trained.add(length);
    await (side === 'train' ? trainWriter : heldOutWriter).add(row);
  };
  try {
    let index = 0;
    const marks = heldOutClusters(training.rows.groups, (at) => heldOut?.[at] === 1);
    const breathe = createBreather();
    for await (const row of each(training.spool)) {
      await breathe();
      ports.signal.throwIfAborted();
      ports.progress();
      const at = index++;
      if (parted.dropped.has(training.rows.numbers.at(at) as number)) insight.add(row);
      else if (heldOut?.[at] !== 1) await write(row, 'train');
      else await write(row, 'heldOut', (json) => marks.mark(json, at));
    }
    index = 0;
    const groups = validation?.rows.groups ?? [];
    const validationMarks = heldOutClusters(groups, () => true);
    for await (const row of validation === null ? [] : each(validation.spool)) {
      await breathe();
      ports.signal.throwIfAborted();
      ports.progress();
      const at = index++;
      await write(row, 'heldOut', (json) => validationMarks.mark(json, at));
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
    await trainWriter.close();
    await heldOutWriter.close();
  }
}

async function* each(spool: Spool): AsyncGenerator<SpooledRow> {
  for await (const rows of spool.read()) yield* rows;
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
