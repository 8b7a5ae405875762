/**
 * All documented options of a request in pairs, against the whole platform: whatever is asked, the answer is 4xx or
 * of its documented form, no process ends, and the next request is answered. `LATHE_PAIRS_SEED` and
 * `LATHE_PAIRS_MOST` draw others and more.
 */
import { chatCompletionSchema, chatRequestSchema } from '@lathe/contracts/http/chat';
import { embeddingListSchema, embeddingRequestSchema } from '@lathe/contracts/http/embedding';
import {
  createJobSchema,
  dpoHyperparametersSchema,
  jobObjectSchema,
} from '@lathe/contracts/http/fine-tuning';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checked, pairRow } from './checked-answer.fixture.ts';
import {
  type Option,
  optionsOf,
  pairsOf,
  randomOf,
  valuesOf,
  withOptions,
} from './option-values.fixture.ts';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const seed = Number(process.env.LATHE_PAIRS_SEED ?? 1);
const most = Number(process.env.LATHE_PAIRS_MOST ?? 100);
const model = 'lathe-tiny';

let platform: SharedPlatform;
let pids: Readonly<Record<string, number>>;
beforeAll(async () => {
  console.info(`pairs of options: seed ${seed}, ${most} of each kind`);
  platform = await joinPlatform();
  pids = await platform.pids();
});

async function call(path: string, body?: string | FormData): Promise<Response> {
  return fetch(`${platform.url}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${platform.apiKey}`,
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
}

/** Sends the body with every pair of options; tells how many answers were good. */
async function tryPairs<T>(
  path: string,
  body: object,
  {
    options,
    schema,
    onGood,
    limit = most,
  }: {
    readonly options: readonly Option[];
    readonly schema: z.ZodType<T>;
    readonly onGood?: (answer: T) => Promise<void>;
    readonly limit?: number;
  },
): Promise<number> {
  let good = 0;
  let left = limit;
  for (const pair of pairsOf(options, randomOf(seed))) {
    if (left-- <= 0) break;
    const asked = JSON.stringify(withOptions(body, pair));
    const answer = await checked(await call(path, asked), schema, asked);
    if (answer === undefined) continue;
    good++;
    await onGood?.(answer);
  }
  expect(await platform.pids()).toEqual(pids);
  return good;
}

const nested = (depth: number) =>
  Array.from({ length: depth }).reduce((inner) => [inner], 0 as unknown);
/** Schemas at and beyond the edge of what is supported. */
const schemas = [
  ...[
    true,
    false,
    {},
    { type: 'object' },
    { type: 'array', minItems: 9e15 },
    { const: nested(90) },
  ],
  ...[{ const: nested(1600) }, { type: 'number', multipleOf: 5e-324 }, { $ref: '#' }, { enum: [] }],
  ...[
    { type: 'integer', minimum: 1e308 },
    { type: 'string', pattern: '(' },
    { type: 'string', format: 'uuid' },
  ],
  ...[
    { type: 'string', pattern: '^(a|b)*a(a|b){13}$' },
    { type: 'string', maxLength: 0 },
  ],
  { type: 'object', properties: { a: { type: ['number', 'null'] } }, required: ['a'] },
];

it('chat', async () => {
  const options = optionsOf(chatRequestSchema, {
    instead: {
      model: [model, 'no-such-model', ''],
      max_tokens: [1, 4, 0, Number.MAX_SAFE_INTEGER],
      max_completion_tokens: [1, 4, 0, Number.MAX_SAFE_INTEGER],
      n: [1, 2, 8, 9, null],
      logit_bias: [{}, { 5: 100 }, { 5: -100, 0: 1 }, { 999999: 1 }, { x: 1 }, { 5: 101 }, null],
      'response_format.json_schema.name': ['name', 'no name', ''],
      'response_format.json_schema.schema': schemas,
      metadata: [{}, { a: 'b' }, { a: 1 }, null],
    },
  });
  const messages = [{ role: 'user', content: 'hi' }];
  const good = await tryPairs(
    '/chat/completions',
    { model, max_tokens: 4, messages },
    {
      options,
      schema: chatCompletionSchema,
    },
  );
  expect(good).toBeGreaterThan(most / 10);
});

it('the request that ended everybody', async () => {
  const asked = JSON.stringify({
    ...{ model, max_tokens: 4, messages: [{ role: 'user', content: 'hi' }] },
    ...{ response_format: { type: 'json_object' }, logprobs: true, top_logprobs: 5 },
  });
  const answer = await checked(await call('/chat/completions', asked), chatCompletionSchema, asked);
  expect(answer?.choices[0]?.logprobs?.content.length).toBeGreaterThan(0);
});

it('embeddings', async () => {
  const options = optionsOf(embeddingRequestSchema, {
    instead: {
      model: [model, 'no-such-model'],
      dimensions: [1, 127, 128, 129, 0, null, Number.MAX_SAFE_INTEGER],
      input: [
        'a',
        '',
        [],
        ['a', 'b'],
        ['a', ''],
        [5, 17],
        [[5], [17, 2]],
        [[]],
        [-1],
        [2 ** 40],
        ['a', 1],
      ],
    },
  });
  for (let round = 0; round < 4; round++)
    await tryPairs('/embeddings', { model, input: 'a' }, { options, schema: embeddingListSchema });
});

/** Uploads lines for tuning: the id of the file. */
async function upload(lines: readonly string[]): Promise<string> {
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', new Blob([lines.join('\n')]), 'rows.jsonl');
  return ((await (await call('/files', form)).json()) as { id: string }).id;
}

describe('jobs: each is taken or refused, and those that are let end, end with a model or a reason', () => {
  const cases = [
    { kind: 'supervised', rowOf: (line: string) => line, field: 'hyperparameters' },
    { kind: 'dpo', rowOf: pairRow, field: 'method.dpo.hyperparameters' },
  ];
  it.each(cases)('$kind', async ({ kind, rowOf, field }) => {
    const file = await upload((await supportLines(12)).map(rowOf));
    const options = optionsOf(kind === 'dpo' ? dpoJob : createJobSchema, {
      inside: [...field.split('.').map((_, at, all) => all.slice(0, at + 1).join('.')), 'lathe'],
      instead: {
        model: [model],
        training_file: [file],
        validation_file: [null, file, 'file-none'],
        [`${field}.n_epochs`]: ['auto', 1, 2, 0, 51],
        suffix: ['a', '', null, 'ü', 'x'.repeat(64)],
        metadata: [{}, { a: 'b' }, null],
        'lathe.device': ['cpu', 'cuda', 'tpu'],
        ...(kind === 'dpo' ? { 'method.type': ['dpo'], hyperparameters: [{ n_epochs: 1 }] } : {}),
      },
    });
    const [short] = options.filter(({ path }) => path.at(-1) === 'n_epochs');
    if (short === undefined) throw new Error('no option n_epochs');
    const lathe = { evaluation_rows: 2 };
    const method = kind === 'dpo' ? { method: { type: 'dpo' } } : {};
    const quick = withOptions({ model, training_file: file, lathe, ...method }, [[short, 1]]);
    const open: string[] = [];
    let seen = 0;
    await tryPairs('/fine_tuning/jobs', quick, {
      options,
      schema: jobObjectSchema,
      limit: most / 4,
      async onGood({ id }) {
        // One runs to its end; the others are ended at once.
        if (seen++ % 8 === 0 && open.length < 1) open.push(id);
        else await call(`/fine_tuning/jobs/${id}/cancel`, '');
      },
    });
    expect(open.length).toBeGreaterThan(0);
    for (const id of open) {
      const job = await ended(id);
      const what = JSON.stringify(job);
      expect(['internal_error', 'worker_lost'], what).not.toContain(job.error?.code);
    }
    expect(await platform.pids()).toEqual(pids);
  });
});

/** The same schema with the method of pairs alone, so that its hyperparameters have a path. */
const dpoJob = createJobSchema.extend({
  method: z.strictObject({
    type: z.literal('dpo'),
    dpo: z.strictObject({ hyperparameters: dpoHyperparametersSchema }),
  }),
});

it('lists, by every two of their parameters', async () => {
  const document = (await (await call('/openapi.json')).json()) as OpenApi;
  const random = randomOf(seed);
  let asked = 0;
  for (const [path, { get }] of Object.entries(document.paths)) {
    const named = get?.parameters.filter((each) => each.in === 'query') ?? [];
    if (!path.startsWith('/v1/') || named.length === 0) continue;
    const options = named.map(({ name, schema }) => ({
      path: [name],
      values: valuesOf(schema).filter((value) => typeof value !== 'object'),
    }));
    // One that is not there: the parameters are read before.
    const at = path.slice('/v1'.length).replaceAll(/\{[a-z_]+\}/g, 'ftjob-none');
    for (const pair of [
      ...pairsOf(options, random),
      ...options.map((one) => [[one, 'odd'] as const]),
    ]) {
      const query = new URLSearchParams();
      for (const [option, value] of pair) query.set(option.path[0] ?? '', String(value));
      const text = `${at}?${query}`;
      await checked(await call(text), z.looseObject({}), text);
      asked++;
    }
  }
  expect(asked).toBeGreaterThan(5);
  expect(await platform.pids()).toEqual(pids);
});

type OpenApi = {
  readonly paths: Record<
    string,
    { readonly get?: { readonly parameters: { name: string; in: string; schema: object }[] } }
  >;
};

/** The job when it is over, or waits for a worker that is not there. */
async function ended(id: string): Promise<z.infer<typeof jobObjectSchema>> {
  for (;;) {
    const job = await checked(await call(`/fine_tuning/jobs/${id}`), jobObjectSchema, id);
    if (job === undefined) throw new Error(`there is no job ${id}`);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    const { device, memory_limit: memory } = job.lathe.options;
    if (
      job.status === 'queued' &&
      (device === 'cuda' || device === 'webgpu' || memory !== undefined)
    )
      return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
