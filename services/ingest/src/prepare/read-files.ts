import { join } from 'node:path';
import type { Finding } from '@lathe/contracts/artifact/dataset';
import { inStep, LatheError } from '@lathe/contracts/error';
import type { FileRecord } from '@lathe/contracts/record/file';
import { giveFreeMemoryBack } from '@lathe/native/free-memory';
import { countLanguages, otherLanguage } from '../clean/language-sample.ts';
import { roomOf } from '../fit/row-room.ts';
import { wishOf } from '../lesson/decide.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { BaseModel } from '../model/base-model.ts';
import { roomForRows, withTokenizedStart } from '../model/virtual-tokens.ts';
import { openerOf } from '../read/container/options.ts';
import type { Wanted } from '../read/container/split-names.ts';
import { createSpool } from '../read/spool.ts';
import { type ReadPorts, type ReadRows, readTrainingFile } from '../read-file.ts';
import { createMeter } from '../read-progress.ts';
import type { FilesRead, PipelineInput, PipelinePorts } from './ports.ts';
import { roomForPrompts } from './prompt-room.ts';
import { refuseTooManyRows } from './row-limit.ts';

/** Reads the files of a job: what is wrong with them becomes findings. Throws what `readTrainingFile` throws. */
export async function readFiles(asked: PipelineInput, ports: PipelinePorts): Promise<FilesRead> {
  const { model } = asked;
  const job = await withTokenizedStart(asked.job, ports.rows);
  const room = roomForRows(job, model);
  const maxTokens = longestRow(job.options.max_tokens, { model, room });
  const prompts = roomForPrompts(job.options, { name: model.name, room });
  const pieceTokens = job.options.max_tokens ?? Math.min(maxTokens, ports.settings.windowTokens);
  const wish = { ...wishOf(job, model), isMethodOpen: asked.isMethodOpen };
  const { trainingFile, moreFiles, validationFile } = asked;
  const all = [trainingFile, ...moreFiles];
  const meter = createMeter([...all, validationFile], ports.progress);
  const read = async (
    files: readonly FileRecord[],
    param: Finding['file'],
    wanted: Wanted,
    known?: ReadRows,
  ) => {
    // The rows of the other split were counted with those of the first.
    if (wanted !== 'validation') await refuseTooManyRows({ files, param, wanted }, ports);
    const rowFolder = join(ports.workFolder, `${param}-${wanted}`);
    const spool = await createSpool(rowFolder);
    const cleaning = job.options.cleaning ?? {};
    const alive = () => ports.progress();
    const sizes = { maxTokens, prompts, pieceTokens };
    const own = { spool, rowFolder, cleaning, progress: meter.rows, alive };
    const readPorts: ReadPorts = { ...ports, ...own, ...sizes };
    // Several files are looked at before they are read.
    const looked = new Set<string>(files.length === 1 ? files.map(({ id }) => id) : []);
    const uploads = files.map(({ id, key, bytes, filename: name }) => ({
      name,
      openStored: openerOf(ports.artifacts, key),
      async *read() {
        const isLook = !looked.has(id);
        looked.add(id);
        const stored = ports.artifacts.get(key);
        // Of files that are read again for their other split the bytes were counted.
        yield* isLook || wanted === 'validation' ? stored : meter.counted(stored, bytes);
      },
    }));
    const source = { param, uploads, wanted, wish, known };
    try {
      const rows = await inStep(`reading the ${param}`, () => readTrainingFile(source, readPorts));
      return { spool, rows };
    } finally {
      await spool.close();
    }
  };
  const training = await read(all, 'training_file', 'train');
  const hasSplit = training.rows.splits.has('validation');
  if (hasSplit) ports.findings.add(validationSplit(validationFile !== null));
  const validation =
    validationFile !== null
      ? await read([validationFile], 'validation_file', 'held-out', training.rows)
      : hasSplit
        ? await read(all, 'training_file', 'validation', training.rows)
        : null;
  training.rows.cleaning.relations.close();
  validation?.rows.cleaning.relations.close();
  giveFreeMemoryBack();
  await tellLanguages({ training, validation, hasFile: validationFile !== null }, ports);
  // What rows say together counts once each is right.
  if (ports.findings.errors() === 0 && training.rows.lengths.length > 0)
    for (const finding of training.rows.survey.findings()) ports.findings.add(finding);
  const { lesson } = training.rows;
  const found = { wish, model, training, validation };
  const method = job.method ?? methodOf(lesson);
  return {
    job: { ...job, method },
    ...found,
    maxTokens: roomOf(lesson, { maxTokens, prompts }).maxTokens,
  };
}

/** What rows are learnt by, where nobody says it. */
function methodOf({ rows, task }: Lesson): NonNullable<PipelineInput['job']['method']> {
  if (rows === 'prompt') return 'reinforcement';
  return task === 'preference' ? 'dpo' : 'supervised';
}

/** Looks at the languages of some rows of both sides. */
async function tellLanguages(
  {
    training,
    validation,
    hasFile,
  }: Pick<FilesRead, 'training' | 'validation'> & { readonly hasFile: boolean },
  { rows, findings }: PipelinePorts,
): Promise<void> {
  for (const each of [training, validation]) {
    const texts = each?.rows.cleaning.sample.texts() ?? [];
    if (each !== null && texts.length > 0)
      each.rows.cleaning.languages = countLanguages(await rows.languages(texts));
  }
  const of = (each: FilesRead['validation']) => each?.rows.cleaning.languages ?? [];
  const file = hasFile ? 'validation_file' : 'training_file';
  const other = otherLanguage(of(training), of(validation), file);
  if (other !== undefined) findings.add(other);
}

function validationSplit(isBeside: boolean): Finding {
  const outcome = isBeside ? 'were left out: the job names a validation file' : 'are held out';
  const message = `The rows of the split validation ${outcome}`;
  return { file: 'training_file', line: 0, path: '', rule: 'split', message, level: 'warn' };
}

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
