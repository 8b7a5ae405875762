/** A request that is made to keep a service busy. */
export type HostileRequest = {
  readonly name: string;
  readonly path: string;
  readonly body: string;
};

const model = 'lathe-tiny';
const mebibyte = 2 ** 20;
const repeated = (text: string, bytes: number): string =>
  text.repeat(Math.floor(bytes / text.length));

function chat(content: string, rest: object = {}): string {
  return JSON.stringify({ model, max_tokens: 8, messages: [{ role: 'user', content }], ...rest });
}

function schema(of: object): object {
  return { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: of } } };
}

/** Requests that each once kept the event loop of every service, or are of the same kind. */
export const hostileRequests: readonly HostileRequest[] = [
  { name: '900,000 letters', path: '/v1/chat/completions', body: chat('a'.repeat(900_000)) },
  {
    name: 'a slow pattern',
    path: '/v1/chat/completions',
    body: chat('Hi', schema({ type: 'string', pattern: '^(a|b)*a(a|b){13}$' })),
  },
  {
    name: '120,000 values',
    path: '/v1/chat/completions',
    body: chat('Hi', schema({ enum: Array.from({ length: 120_000 }, (_, index) => index) })),
  },
  {
    name: '2,000 messages',
    path: '/v1/chat/completions',
    body: JSON.stringify({ model, messages: Array(2000).fill({ role: 'user', content: 'a' }) }),
  },
  {
    name: 'inputs of no kind',
    path: '/v1/embeddings',
    body: `{"model":"${model}","input":[${repeated('{},', 3 * mebibyte)}1]}`,
  },
  {
    name: '1,500,000 tokens',
    path: '/v1/embeddings',
    body: `{"model":"${model}","input":[${repeated('1,', 3 * mebibyte)}1]}`,
  },
  {
    name: 'metadata of 200,000 keys',
    path: '/v1/fine_tuning/jobs',
    body: `{"model":"${model}","training_file":"file-x","metadata":{${Array.from({ length: 200_000 }, (_, index) => `"k${index}":1`).join()}}}`,
  },
];
