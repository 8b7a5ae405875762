/** What evals and batches are made of: bodies that always lead to the same answers. */

/** Rows of an eval. */
const items = Array.from({ length: 8 }, (_, n) => ({
  item: { n, text: `Where is parcel ${n}?`, label: n % 2 === 0 ? 'shipping' : 'billing' },
}));
/** The file of rows that runs name. */
export const rowFile = items.map((row) => JSON.stringify(row)).join('\n');

const judge = {
  ...{ type: 'score_model', name: 'judge', model: 'lathe-tiny', range: [0, 9] },
  input: [{ role: 'user', content: 'How good is {{ sample.output_text }}?' }],
  sampling_params: { seed: 3, temperature: 1, max_completions_tokens: 24 },
};

/** An eval whose criteria compare, run a program and ask a model. */
export const evalBody = {
  name: 'support',
  data_source_config: {
    type: 'custom',
    item_schema: { type: 'object', properties: { text: { type: 'string' } } },
    include_sample_schema: true,
  },
  testing_criteria: [
    {
      ...{ type: 'string_check', name: 'label', operation: 'ilike' },
      ...{ input: '{{ sample.output_text }}', reference: '{{ item.label }}' },
    },
    {
      ...{ type: 'javascript', name: 'even' },
      source: 'function grade(sample, item) { return Number(item.n % 2 === 0); }',
    },
    judge,
  ],
};

const sampled = (model: string) => ({
  ...{ type: 'completions', model },
  input_messages: { type: 'template', template: [{ role: 'user', content: '{{ item.text }}' }] },
  sampling_params: { temperature: 1, seed: 7, max_completion_tokens: 12 },
});

/** What runs ask: either model by a seed, or nothing but the judge of answers that rows bring along. */
export const runs = {
  tiny: (file: string) => ({
    ...sampled('lathe-tiny'),
    source: { type: 'file_id', id: file },
  }),
  noise: (file: string) => ({ ...sampled('noise'), source: { type: 'file_id', id: file } }),
  judged: () => ({
    type: 'jsonl',
    source: {
      type: 'file_content',
      content: items.map((row) => ({ ...row, sample: { output_text: row.item.label } })),
    },
  }),
} as const;

const tokens = { max_tokens: 12, temperature: 1, seed: 7 };

/** Bodies of the lines of a batch of each endpoint; what is `store`d of chats is told by `submission`. */
export const batches = {
  '/v1/chat/completions': (at: number, submission: string) => ({
    ...{ model: at % 2 === 0 ? 'lathe-tiny' : 'noise', ...tokens },
    messages: [{ role: 'user', content: `Where is parcel ${at}?` }],
    ...(at < 4 && { store: true, metadata: { submission, line: String(at) } }),
  }),
  '/v1/completions': (at: number) => ({
    ...{ model: 'lathe-tiny', ...tokens, prompt: `Parcel ${at} is` },
  }),
  '/v1/embeddings': (at: number) => ({
    ...{ model: 'lathe-tiny', input: [`Parcel ${at}`, 'Where is it?'] },
  }),
} as const;
export type Endpoint = keyof typeof batches;

/** Lines of a batch. */
const lineCount = 10;
/** Chats of a batch that are stored. */
export const storedLines = 4;

/** The file of a batch. */
export function batchFile(url: Endpoint, submission: string): string {
  return Array.from({ length: lineCount }, (_, at) =>
    JSON.stringify({
      ...{ custom_id: String(at), method: 'POST', url },
      body: batches[url](at, submission),
    }),
  ).join('\n');
}
