import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inStep, LatheError } from '@lathe/contracts/error';
import { fromHttp } from '@lathe/recipe/http-form';
import { newTokenizerSchema } from '@lathe/recipe/new-tokenizer';
import { TokenizerError } from '@lathe/tokenizer/error';
import { writeLearntTokenizer } from '@lathe/tokenizer/learnt-folder';
import { planTokenizer, type TokenizerPlan } from '@lathe/tokenizer/tokenizer-plan';
import { WordTable } from '@lathe/tokenizer/word-table';
import { createFindings } from '../check/findings.ts';
import { wishOf } from '../lesson/decide.ts';
import type { BaseModel } from '../model/base-model.ts';
import { openUploads } from '../open-uploads.ts';
import type { PipelineInput, PipelinePorts } from '../prepare/ports.ts';
import { chain, lessonOf, takeSample } from '../read-file.ts';
import { inBatches } from '../rows/line-batches.ts';

/**
 * The input of a job whose tokenizer is learnt from its training file, with that tokenizer in the model's text files;
 * any other as it is. The words are counted in a table that does not grow with the file. Throws `invalid_value` for
 * a vocabulary that the text does not give, or a kind that the model's family does not take.
 */
export async function withLearntTokenizer(
  asked: PipelineInput,
  ports: PipelinePorts,
): Promise<PipelineInput> {
  const { adaptation } = asked.job.options;
  if (adaptation?.type !== 'full' || adaptation.tokenizer === undefined) return asked;
  const wanted = newTokenizerSchema.parse(fromHttp(adaptation.tokenizer));
  const { model } = asked;
  return inStep('learning the tokenizer', async () => {
    const table = new WordTable();
    const plan = await inFamily(model, () => planTokenizer(model.folder, wanted));
    await countAll(table, { asked, plan }, ports);
    const file = await ports.rows.learn(plan, table.counts, wanted.vocabularySize);
    await inFamily(model, () => writeLearntTokenizer(model.folder, plan, file));
    const tokenizer = await readFile(join(model.folder, 'tokenizer.json'));
    const learnt = {
      ...{ kind: wanted.kind, tokens: wanted.vocabularySize },
      ...{ words: table.total, different: table.counts.size, forgotten: table.forgotten },
    };
    const tokenizerSha256 = createHash('sha256').update(tokenizer).digest('hex');
    return { ...asked, model: { ...model, tokenizerSha256, learnt } };
  });
}

/** Counts the words of the training file, and of the files that are read with it. */
async function countAll(
  table: WordTable,
  { asked, plan }: { readonly asked: PipelineInput; readonly plan: TokenizerPlan },
  ports: PipelinePorts,
): Promise<void> {
  const { job, trainingFile, moreFiles, model } = asked;
  const { artifacts, settings, signal, rows } = ports;
  const wish = wishOf(job, model);
  const uploads = [trainingFile, ...moreFiles].map(({ key, filename: name }) => ({
    name,
    async *read() {
      yield* artifacts.get(key);
    },
  }));
  const source = { param: 'training_file', uploads, wanted: 'train', wish } as const;
  // What is wrong is told when the rows are read.
  const findings = createFindings(0);
  const alive = () => ports.progress();
  const { lines, told } = openUploads(source, {
    ...{ ...ports, findings, alive },
    openTable: rows.finders?.openTable,
  });
  const personal = {
    mode: job.options.cleaning?.personal_data ?? 'report',
    allowed: job.options.cleaning?.allowed ?? [],
  };
  const limits = { ...settings, personal, ...(ports.mend && { mend: ports.mend }) };
  try {
    const { sample, groups } = await takeSample(lines, settings);
    const { lesson } = await lessonOf(source, { lines: sample, told: told() }, ports);
    for await (const { lines: batch } of inBatches(chain(groups, lines))) {
      signal.throwIfAborted();
      ports.progress();
      for (const [word, count] of await rows.words(lesson, batch, { plan, limits }))
        table.add(word, count);
    }
  } finally {
    await lines.return(undefined);
  }
}

/** What the reference refuses, or would read otherwise, is the choice of the kind at fault. */
async function inFamily<T>({ name }: BaseModel, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new LatheError(
      'invalid_value',
      `The model '${name}' takes no tokenizer of that kind: ${error.message.slice(error.message.indexOf(':') + 1).trim()}.`,
      { param: 'lathe.adaptation.tokenizer.kind', cause: error },
    );
  }
}
