import { join } from 'node:path';
import type { DatasetManifest, Finding, ObjectRef } from '@lathe/contracts/artifact/dataset';
import { type InspectionReport, inspectionObjects } from '@lathe/contracts/artifact/inspection';
import { LatheError, toWireError } from '@lathe/contracts/error';
import type { ResolvedSettings } from '@lathe/contracts/job/record';
import type { DataWorkInputs } from '@lathe/contracts/record/data-work';
import type { ByteSource } from '@lathe/platform/artifacts/port';
import { toHttp } from '@lathe/recipe/http-form';
import type { DataPorts, DataRun } from '../data-ports.ts';
import { withLearntTokenizer } from '../learn/learnt-tokenizer.ts';
import { settingsOf } from '../lesson/decide.ts';
import { openFile } from '../model/uploaded-file.ts';
import { completeDataset } from '../pipeline.ts';
import { reportOfRead } from '../prepare/dataset-facts.ts';
import type { FileRead, FilesRead } from '../prepare/ports.ts';
import { readFiles } from '../prepare/read-files.ts';
import { UnsureShapeError } from '../read/unsure.ts';
import { tryModels } from './choose-model.ts';
import { type Asked, type Look, openLook } from './look.ts';
import { planOf } from './plan.ts';
import { isMendable, readMended, repairedFile } from './repaired.ts';

type Input = DataWorkInputs['inspect'];

/** Looks at a file the way that a job would read it, to the end, and keeps what was seen instead of the dataset. */
export const inspectFile: DataRun<'inspect'> = async (input, ports) => {
  const { artifacts, prefix } = ports;
  const { report, run, right } = await lookAt(input, ports);
  const objects: Record<string, ObjectRef> = {};
  const put = async (name: string, source: ByteSource): Promise<void> => {
    const key = `${prefix}/${name}`;
    objects[name] = { key, ...(await artifacts.put(key, source)) };
  };
  const repaired = right && repairedFile(right);
  if (repaired !== undefined) await put(inspectionObjects.repaired, repaired.lines());
  // Without a row it is no file.
  if (repaired?.counts.rows === 0) delete objects[inspectionObjects.repaired];
  if (run !== undefined) {
    await put(inspectionObjects.manifest, Buffer.from(JSON.stringify(run.manifest)));
    await put(inspectionObjects.settings, Buffer.from(JSON.stringify(run.settings)));
  }
  const told = objects[inspectionObjects.repaired] && { repaired: repaired?.counts };
  await put(inspectionObjects.report, Buffer.from(JSON.stringify({ ...report, ...told })));
  return { objects, files: [] };
};

/** What was seen, what would be trained and how, and the training file as far as it is right. */
type Seen = {
  readonly report: InspectionReport;
  readonly run?: { readonly manifest: DatasetManifest; readonly settings: ResolvedSettings };
  readonly right?: FileRead;
  /** The model would write the labels that rows have, as answers. */
  readonly writesLabels?: boolean;
};

/** For the model that the request names, or the first that learns from such rows: one that learns labels before one that writes them. */
async function lookAt({ trainingFile, validationFile, ...input }: Input, ports: DataPorts) {
  const open = (id: string, param: Finding['file']) =>
    openFile(ports, ports.project, { id, param });
  const asked: Asked = {
    job: input.job,
    trainingFile: await open(trainingFile, 'training_file'),
    validationFile: validationFile === null ? null : await open(validationFile, 'validation_file'),
  };
  const attempt = async (model: string, isOneOfSeveral: boolean) =>
    judged(model, await openLook(model, asked, { ...ports, isOneOfSeveral }));
  let first: Seen | undefined;
  let writer: Seen | undefined;
  for await (const { made, passedOver, unfit } of tryModels(ports, input.model, attempt)) {
    const isForTools = unfit?.isForTools === true && made.report.refusal !== null;
    const seen = isForTools ? withoutTools(made, passedOver) : told(made, unfit ? [] : passedOver);
    const { refusal: refused } = seen.report;
    if (input.model !== null) return seen;
    if (refused?.code === 'unsupported_model')
      first ??= { ...seen, report: { ...seen.report, model: null } };
    else if (seen.writesLabels) writer ??= seen;
    // What such a model cannot read the one that writes may: its texts are longer.
    else if (refused === null || writer?.report.refusal !== null) return seen;
  }
  return (writer ?? first) as Seen;
}

type PassedOver = NonNullable<InspectionReport['passedOver']>;

function told(seen: Seen, passedOver: PassedOver): Seen {
  return passedOver.length === 0 ? seen : { ...seen, report: { ...seen.report, passedOver } };
}

/** The rows have tools, of which no model is taught: that is told instead of each row that was refused for them. */
function withoutTools(seen: Seen, passedOver: PassedOver): Seen {
  const all = passedOver.map(({ model, why }) => `'${model}', since ${why}`).join('; ');
  const message = `The rows have tools, and no base model that is offered can be taught them: ${all}.`;
  const { code, param } = new LatheError('unsupported_model', message, { param: 'model' });
  return { ...seen, report: { ...seen.report, refusal: { code, message, param: param ?? null } } };
}

async function judged(model: string, { asked: given, ports }: Look): Promise<Seen> {
  let asked = given;
  let files: FilesRead;
  try {
    asked = await withLearntTokenizer(given, ports);
    files = await readFiles(asked, ports);
  } catch (error) {
    const report = { refusal: refusal(error), model, task: null, dataset: null };
    const unsure = error instanceof UnsureShapeError && { unsure: error.seen };
    return { report: { version: 1, ...report, ...unsure } };
  }
  const { lesson } = files.training.rows;
  const writesLabels = lesson.answers !== undefined;
  const right = isMendable(ports) ? await mendedFile({ asked, ports }) : files.training;
  try {
    const made = await completeDataset(asked, files, ports);
    const task = toHttp(made.manifest.task ?? settingsOf(lesson, files.wish));
    const plan = planOf(made, asked.job.options);
    const found = { model, task, method: files.job.method, dataset: made.report, plan };
    const report = { version: 1, refusal: null, ...found } as const;
    const { manifest, settings } = made;
    return { right, run: { manifest, settings }, report, writesLabels };
  } catch (error) {
    const task = toHttp(settingsOf(lesson, files.wish));
    const dataset = await reportOfRead(files, ports);
    const { method } = files.job;
    const report = { refusal: refusal(error), model, task, method, dataset };
    return { right, report: { version: 1, ...report }, writesLabels };
  }
}

/** The training file as far as it is right once its texts are mended. */
async function mendedFile({ asked, ports }: Look): Promise<FileRead> {
  const workFolder = join(ports.workFolder, 'mended');
  // How far the reading is was told when it was read first.
  const progress = () => ports.progress();
  return (await readMended(asked, { ...ports, workFolder, progress })).training;
}

/** What a job would fail with. Throws what another try may cure, which is no verdict on the file. */
function refusal(error: unknown): NonNullable<InspectionReport['refusal']> {
  if (!(error instanceof LatheError) || error.retryable) throw error;
  return toWireError(error, 'reading the file');
}
