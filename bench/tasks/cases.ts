/** One row of the table: a data set, a base model, a method. */
export type TaskCase = {
  readonly name: string;
  readonly title: string;
  /** Files of examples/tasks/prepare.ts, or `glaive-calls` of examples/tools/prepare.ts. */
  readonly data: string;
  /** `tools`: the decoder with a template that takes tools. */
  readonly base: 'encoder' | 'decoder' | 'tools';
  readonly method: string;
  readonly lathe: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  /** Rows in a step; `auto` where it says nothing. */
  readonly batch?: number;
  /** Of the job; `supervised` where it says nothing. */
  readonly type?: 'dpo';
  /** So many questions of each category of BFCL are asked of the tuned model and of its base afterwards. */
  readonly bfcl?: number;
  /** Rows of more characters are left out: they are longer than the base model takes. */
  readonly longest?: number;
  /** Most rows to train on and to score. */
  readonly rows: readonly [train: number, test: number];
};

const head = { adaptation: { type: 'head' }, evaluation_rows: 1000 };
const lora = { adaptation: { type: 'lora' } };
const full = { adaptation: { type: 'full' }, evaluation_rows: 1000 };

export const taskCases: readonly TaskCase[] = [
  {
    ...{ name: 'banking77-head', title: 'banking77, 77 intents', data: 'banking77-labels' },
    ...{ base: 'encoder', method: 'new head on frozen vectors', lathe: head },
    ...{ epochs: 20, rows: [10_003, 1000] },
  },
  {
    ...{ name: 'banking77-full', title: 'banking77, 77 intents', data: 'banking77-labels' },
    ...{ base: 'encoder', method: 'head and encoder', lathe: full },
    ...{ epochs: 1, rows: [10_003, 1000] },
  },
  {
    ...{ name: 'banking77-decoder', title: 'banking77, 77 intents', data: 'banking77-labels' },
    ...{ base: 'decoder', method: 'head on a decoder, LoRA, 8 rows a step', batch: 8 },
    ...{ epochs: 1, rows: [3000, 150] },
    lathe: {
      ...{ ...lora, evaluation_rows: 150, task: { type: 'classification' } },
      few_shot_examples: 5,
    },
  },
  {
    ...{ name: 'banking77-chat', title: 'banking77, 77 intents', data: 'banking77-chats' },
    ...{ base: 'decoder', method: 'answers written, LoRA, 8 rows a step', batch: 8 },
    ...{ epochs: 1, rows: [1600, 100] },
    lathe: { ...lora, evaluation_rows: 100, few_shot_examples: 5 },
  },
  {
    ...{ name: 'polarity', title: 'sentence polarity', data: 'polarity', base: 'encoder' },
    ...{ method: 'head and encoder', lathe: full, epochs: 1, rows: [8530, 1000] },
  },
  {
    ...{ name: 'pubmed', title: 'PubMedQA, yes, no, maybe', data: 'pubmed-labels', longest: 1900 },
    ...{ base: 'encoder', method: 'head and encoder', lathe: full },
    ...{ epochs: 3, rows: [320, 80] },
  },
  {
    ...{ name: 'pubmed-decoder', title: 'PubMedQA, yes, no, maybe', data: 'pubmed-labels' },
    ...{ base: 'decoder', method: 'new head on frozen states of a decoder', longest: 1900 },
    ...{ epochs: 20, rows: [320, 80] },
    lathe: { ...head, task: { type: 'classification' }, few_shot_examples: 1 },
  },
  {
    ...{ name: 'pubmed-chat', title: 'PubMedQA, long answers', data: 'pubmed-chats' },
    ...{ base: 'decoder', method: 'answers written, LoRA', epochs: 1, rows: [80, 16] },
    lathe: { ...lora, evaluation_rows: 16, few_shot_examples: 1 },
  },
  {
    ...{ name: 'wnut17', title: 'WNUT-17, entities', data: 'wnut17', base: 'encoder' },
    ...{ method: 'head and encoder', lathe: full, epochs: 4, rows: [3394, 1287] },
  },
  {
    ...{ name: 'snips', title: 'SNIPS, slots', data: 'snips', base: 'encoder' },
    ...{ method: 'head and encoder', lathe: full, epochs: 6, rows: [2100, 700] },
  },
  {
    ...{ name: 'xquad', title: 'XQuAD (English), answers in a text', data: 'xquad' },
    ...{ base: 'encoder', method: 'head and encoder', lathe: full },
    ...{ epochs: 2, rows: [991, 199] },
  },
  {
    ...{ name: 'banking77-pairs', title: 'banking77, same intent', data: 'banking77-pairs' },
    ...{ base: 'encoder', method: 'embeddings, full', lathe: full },
    ...{ epochs: 1, rows: [4978, 1000] },
  },
  {
    ...{ name: 'gsm8k', title: 'GSM8K, final numbers of short problems' },
    ...{ data: 'gsm8k-chats', base: 'decoder', longest: 500 },
    ...{ method: 'answers written, LoRA', epochs: 1, rows: [150, 40] },
    lathe: { ...lora, evaluation_rows: 40, few_shot_examples: 2 },
  },
  {
    ...{ name: 'gsm8k-preference', title: 'GSM8K, right against wrong, short ones' },
    ...{ data: 'gsm8k-pairs', base: 'decoder', longest: 640, type: 'dpo' },
    ...{ method: 'pairs of answers (dpo), LoRA' },
    ...{ epochs: 1, rows: [120, 40] },
    lathe: { ...lora, evaluation_rows: 40, few_shot_examples: 0 },
  },
  {
    ...{ name: 'tool-calls', title: 'glaive, first calls', data: 'glaive-calls', base: 'tools' },
    ...{ method: 'calls written, LoRA', longest: 1600, epochs: 2, rows: [120, 40] },
    ...{ lathe: { ...lora, evaluation_rows: 40, few_shot_examples: 1 }, bfcl: 25 },
  },
  {
    ...{ name: 'gsm8k-pairs', title: 'GSM8K, right against wrong', data: 'gsm8k-pairs' },
    ...{ base: 'encoder', method: 'reward, head and encoder', epochs: 1, rows: [1500, 300] },
    lathe: { ...full, task: { type: 'reward' } },
  },
];
