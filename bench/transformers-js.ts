/**
 * Exports the tiny task models of the tests to ONNX and asks Transformers.js in Node: its pipelines, beside what those of
 * Python's transformers answered of the same folders (bench/reference/pipelines.py), and each model's scores of its own
 * tokens, beside the engine's. Transformers.js is no dependency; it is installed by hand:
 *
 *     npm install --prefix .tools/transformers-js --ignore-scripts @huggingface/transformers@4.3.1
 *     node bench/transformers-js.ts
 *
 * Prints the table of docs/exports.md; ends with 1 where an answer is another or a number differs by more than 1e-4.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportModel } from '@lathe/engine/internal/export/export';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { openPredictor, type Question } from '@lathe/engine/predictor';
import { z } from 'zod';

const most = 1e-4;
const root = path.join(import.meta.dirname, '..');
const models = path.join(root, 'packages/testkit/fixtures/tasks');

const askedSchema = z.object({
  pipeline: z.string(),
  inputs: z.unknown(),
  parameters: z.record(z.string(), z.unknown()),
  answer: z.unknown(),
});
type Asked = z.infer<typeof askedSchema>;

/** What is used of Transformers.js. */
type Values = { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] };
type Encoded = { readonly input_ids: Values; readonly token_type_ids?: Values };
type Loaded<T> = { from_pretrained(folder: string): Promise<T> };
type Model = Loaded<(inputs: Encoded) => Promise<Readonly<Record<string, Values>>>>;
type Ask = (...given: unknown[]) => Promise<unknown>;
type Library = Readonly<Record<string, Model>> & {
  readonly env: { allowRemoteModels: boolean; readonly version: string };
  pipeline(task: string, folder: string): Promise<Ask>;
  readonly AutoTokenizer: Loaded<(text: string, options: object) => Encoded>;
};
const from = createRequire(path.join(root, '.tools/transformers-js/package.json'));
const library = (await import(from.resolve('@huggingface/transformers'))) as Library;
library.env.allowRemoteModels = false;

const text = 'Where is my new card?';
const second = 'Great service, quick answers!';

/** The class that has a task's head; Transformers.js has one without a head only of decoders. */
const classes: Readonly<Record<string, string>> = {
  'sequence-classification': 'AutoModelForSequenceClassification',
  'token-classification': 'AutoModelForTokenClassification',
  'question-answering': 'AutoModelForQuestionAnswering',
  'masked-lm': 'AutoModelForMaskedLM',
  'feature-extraction': 'AutoModel',
};

/** The largest difference between the outputs of an exported model in Transformers.js and the engine's of its source. */
async function scoresApart(name: string, out: string): Promise<{ task: string; apart: number }> {
  const model = await openAnyModelFolder(path.join(models, name));
  const predictor = await openPredictor({ model });
  const { kind } = predictor.task ?? { kind: 'feature-extraction' };
  const className = model.config.kind === 'decoder' ? 'AutoModel' : (classes[kind] as string);
  const [loaded, tokenizer] = await Promise.all([
    (library[className] as Model).from_pretrained(out),
    library.AutoTokenizer.from_pretrained(out),
  ]);
  const encoded = tokenizer(text, { text_pair: second });
  const outputs = await loaded(encoded);
  const ints = ({ data }: Values): Int32Array => Int32Array.from(Array.from(data, Number));
  const tokens = ints(encoded.input_ids);
  const types = encoded.token_type_ids && ints(encoded.token_type_ids);
  const hasTypes = model.config.kind === 'encoder' && model.config.tokenTypes > 1;
  const question: Question =
    kind === 'masked-lm'
      ? { kind, places: [tokens.map((_, at) => at)] }
      : { kind: kind === 'feature-extraction' ? 'states' : kind };
  const [wanted] = await predictor.predict(question, [
    { tokens, types: hasTypes ? types : undefined },
  ]);
  await predictor.dispose();
  const [starts, ends] = [outputs.start_logits, outputs.end_logits];
  const found =
    starts && ends
      ? Array.from(starts.data).flatMap((value, at) => [value, ends.data[at] as number])
      : Array.from((outputs.logits ?? outputs.last_hidden_state)?.data ?? []);
  return { task: kind, apart: distance(found.map(Number), Array.from(wanted ?? [])) };
}

/** What Transformers.js' pipelines can be asked of the recorded questions: they have fewer parameters and no pairs. */
function request({ pipeline, inputs, parameters }: Asked): unknown[] | undefined {
  const { top_k: count, aggregation_strategy: strategy, ...rest } = parameters;
  const isPlain = typeof inputs === 'string' || Array.isArray(inputs);
  if (!isPlain || Object.keys(rest).length > 0) return undefined;
  switch (pipeline) {
    case 'feature-extraction':
      return [inputs];
    case 'embedding':
      // As the folder's 1_Pooling says, which Transformers.js does not read.
      return [inputs, { pooling: 'cls', normalize: true }];
    case 'token-classification':
      if (strategy !== 'none' && strategy !== 'simple') return undefined;
      // It leaves out words that the vocabulary does not know.
      if (String(inputs).includes('🎉')) return undefined;
      return [inputs, { aggregation_strategy: strategy }];
    case 'fill-mask':
      if (String(inputs).split(/\[MASK\]|<mask>/).length > 2) return undefined;
      return [inputs, { top_k: count ?? 5 }];
    case 'text-classification':
      return [inputs, { top_k: count === undefined ? 1 : count }];
    default:
      return undefined;
  }
}

const scoredSchema = z.looseObject({ score: z.number() });
const valuesSchema = z.looseObject({ data: z.custom<ArrayLike<number>>(), dims: z.unknown() });

/** Numbers and words of an answer in order, without the places of characters, which Transformers.js does not tell. */
function parts(answer: unknown): readonly (number | string)[] {
  if (typeof answer === 'number') return [answer];
  if (Array.isArray(answer)) return answer.flatMap(parts);
  const values = valuesSchema.safeParse(answer);
  if (values.success && values.data.dims !== undefined) return Array.from(values.data.data);
  const {
    score,
    label,
    entity,
    entity_group: group,
    token,
    answer: span,
  } = scoredSchema.parse(answer);
  return [score, String(label ?? entity ?? group ?? token ?? span)];
}

/** The largest difference of a number; infinite where words or their count differ. */
function distance(
  found: readonly (number | string)[],
  wanted: readonly (number | string)[],
): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return found.reduce<number>((far, value, at) => {
    const other = wanted[at];
    if (typeof value === 'number' && typeof other === 'number')
      return Math.max(far, Math.abs(value - other));
    return value === other ? far : Number.POSITIVE_INFINITY;
  }, 0);
}

/** How far the answers of pipelines are apart from the recorded ones, and how many were asked. */
async function answersApart(all: readonly Asked[], out: string) {
  let [asked, apart] = [0, 0];
  for (const one of all) {
    const given = request(one);
    if (given === undefined) continue;
    const ask = await library.pipeline(
      one.pipeline === 'embedding' ? 'feature-extraction' : one.pipeline,
      out,
    );
    apart = Math.max(apart, distance(parts(await ask(...given)), parts(one.answer)));
    asked++;
  }
  return { asked, apart };
}

const work = await mkdtemp(path.join(tmpdir(), 'lathe-transformers-js-'));
try {
  const recorded = z
    .record(z.string(), z.array(askedSchema))
    .parse(JSON.parse(await readFile(path.join(models, 'answers.json'), 'utf8')));
  console.log(`Transformers.js ${library.env.version}\n`);
  console.log('| model | task | scores beside the engine | answers of pipelines beside Python |');
  console.log('| --- | --- | --- | --- |');
  for (const [name, all] of Object.entries(recorded)) {
    const out = path.join(work, name);
    await exportModel({ model: path.join(models, name), kind: 'onnx', out });
    const { task, apart } = await scoresApart(name, out);
    // No class of decoders has a head there, and one number is made a share of 1.
    const isAsked = !name.startsWith('llama') && !name.endsWith('stars');
    const answers = await answersApart(isAsked ? all : [], out);
    const cell = answers.asked === 0 ? '' : `${answers.apart.toExponential(0)} (${answers.asked})`;
    console.log(`| ${name} | ${task} | ${apart.toExponential(0)} | ${cell} |`);
    if (!(apart <= most && answers.apart <= most)) process.exitCode = 1;
  }
} finally {
  await rm(work, { recursive: true });
}
