import {
  type DatasetManifest,
  datasetManifestSchema,
  datasetReportSchema,
  findingSchema,
  type ObjectRef,
} from '@lathe/contracts/artifact/dataset';
import { datasetPrefix } from '@lathe/contracts/artifact/key';
import type { JobRecord } from '@lathe/contracts/job/record';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import type { Records } from '@lathe/platform/records';
import { z } from 'zod';
import type { Findings } from '../check/findings.ts';
import { refuseUnfit, resolveSettings } from '../model/defaults.ts';
import { withTokenizedStart } from '../model/virtual-tokens.ts';
import type { Dataset, PipelineInput, PipelinePorts } from '../prepare/ports.ts';

const warningsSchema = z.object({
  version: z.literal(1),
  groups: z.array(z.object({ first: findingSchema, count: z.number().int() })),
});

/** Keeps what was warned of beside a data set, for jobs that take the same one. */
export async function keepWarnings(
  artifacts: ArtifactStore,
  manifestKey: string,
  findings: Findings,
): Promise<void> {
  const kept = { version: 1 as const, groups: findings.warnings() };
  await writeJson(artifacts, warningsKey(manifestKey), warningsSchema, kept);
}

function warningsKey(manifestKey: string): string {
  return manifestKey.replace(/manifest\.json$/, 'warnings.json');
}

export type ReusePorts = Pick<
  PipelinePorts,
  'artifacts' | 'rows' | 'findings' | 'signal' | 'progress'
> &
  Pick<Records, 'jobs'>;

/** A data set that is there already, as this job's own, and the job that it was made for. */
export type Reused = { readonly dataset: Dataset; readonly from: string };

/**
 * The data set of another job of the project that was made of the same (`hash`), copied so that either job may be erased;
 * undefined where there is none, or it goes while it is copied. Throws what the new job's own options are refused for.
 */
export async function reuseDataset(
  asked: PipelineInput,
  hash: string,
  ports: ReusePorts,
): Promise<Reused | undefined> {
  const { id, project } = asked.job;
  const others = (await ports.jobs.list(project)).map(({ value }) => value);
  for (const other of others) {
    if (other.id === id || other.datasetHash !== hash || other.datasetKey === null) continue;
    const copy = await copyOf(other, asked, ports);
    if (copy === undefined) continue;
    return { dataset: await settled(asked, copy, ports), from: other.id };
  }
  return undefined;
}

type Copy = Pick<Dataset, 'manifest' | 'manifestKey' | 'report'>;

async function copyOf(
  other: JobRecord,
  { job, attempt }: PipelineInput,
  { artifacts, findings, signal, progress }: ReusePorts,
): Promise<Copy | undefined> {
  const prefix = datasetPrefix(job.project, job.id, attempt);
  const source = other.datasetKey ?? '';
  const from = source.slice(0, source.lastIndexOf('/'));
  try {
    const { groups } = await readJson(artifacts, warningsKey(source), warningsSchema);
    const manifest = await readJson(artifacts, source, datasetManifestSchema);
    const report = await readJson(artifacts, manifest.report.key, datasetReportSchema);
    const copy = async (ref: ObjectRef): Promise<ObjectRef> => {
      const key = `${prefix}${ref.key.slice(from.length)}`;
      const told = async function* (): AsyncGenerator<Uint8Array> {
        for await (const piece of artifacts.get(ref.key)) {
          signal.throwIfAborted();
          progress();
          yield piece;
        }
      };
      const stored = await artifacts.put(key, told());
      if (stored.sha256 !== ref.sha256)
        throw new ArtifactError('damaged', `the artifact ${ref.key} is damaged: another digest`);
      return { key, ...stored };
    };
    const own = await eachObject({ ...manifest, jobId: job.id }, copy);
    const manifestKey = `${prefix}/manifest.json`;
    await writeJson(artifacts, manifestKey, datasetManifestSchema, own);
    findings.restore(groups);
    await keepWarnings(artifacts, manifestKey, findings);
    return { manifest: own, manifestKey, report };
  } catch (error) {
    if (!(error instanceof ArtifactError && ['not_found', 'damaged'].includes(error.problem)))
      throw error;
    // It was erased meanwhile, or is not whole: the files are read instead.
    await artifacts.deletePrefix(prefix);
    return undefined;
  }
}

/** The manifest with what `change` makes of each object that it names. */
async function eachObject(
  manifest: DatasetManifest,
  change: (ref: ObjectRef) => Promise<ObjectRef>,
): Promise<DatasetManifest> {
  const all = async (refs: readonly ObjectRef[]): Promise<ObjectRef[]> => {
    const changed: ObjectRef[] = [];
    for (const ref of refs) changed.push(await change(ref));
    return changed;
  };
  const partOf = async (part: DatasetManifest['train']): Promise<DatasetManifest['train']> => ({
    ...part,
    shards: await all(part.shards),
    canonical: await change(part.canonical),
  });
  const names = Object.keys(manifest.text ?? {});
  const texts = await all(Object.values(manifest.text ?? {}));
  const text = Object.fromEntries(names.map((name, i) => [name, texts[i] as ObjectRef]));
  return {
    ...manifest,
    ...(manifest.text && { text }),
    train: await partOf(manifest.train),
    heldOut: await partOf(manifest.heldOut),
    report: await change(manifest.report),
  };
}

/** What follows from the rows for this job's own options. */
async function settled(
  { job: asked, model }: PipelineInput,
  copy: Copy,
  { rows }: Pick<ReusePorts, 'rows'>,
): Promise<Dataset> {
  const { task, train } = copy.manifest;
  const job = await withTokenizedStart(asked, rows);
  refuseUnfit(job.options, task);
  const { parameters, architecture } = model;
  const facts = { rows: train.rows, tokens: train.tokens, parameters, architecture };
  return { ...copy, settings: { ...resolveSettings(facts, job), ...(task && { task }) } };
}
