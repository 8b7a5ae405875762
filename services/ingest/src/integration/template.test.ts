import { examplesOf, generationRowSchema } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { tinyToolTemplate } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

const turn = (say: string) =>
  `{% for message in messages %}<|{{ message.role }}|>${say}<|end|>{% endfor %}`;
const prompt = (opening = '') => `{% if add_generation_prompt %}<|assistant|>${opening}{% endif %}`;
/** Templates with the habits of Qwen 3, DeepSeek R1 and others. */
const templates = {
  'with-tools': tinyToolTemplate,
  'last-thought': `{% set ns = namespace(last=-1) %}{% for message in messages %}{% if message.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% endfor %}${turn("{% if message.role == 'assistant' and loop.index0 > ns.last %}<think></think>{% endif %}{{ message.content }}")}${prompt()}`,
  'opened-thought': `${turn('{{ message.content }}')}${prompt('<think>')}`,
  'drops-thought': `${turn("{{ message.content.split('</think>')[-1] }}")}${prompt()}`,
  strips: `${turn('{{ message.content | trim }}')}${prompt()}`,
  deaf: `{% for message in messages %}{% if message.role != 'system' %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endif %}{% endfor %}${prompt()}`,
  'ends-some': `{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% if message.role == 'user' or message.content != 'on' %}<|end|>{% endif %}{% endfor %}${prompt()}`,
  endless: `{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`,
};

beforeAll(async () => {
  service = await startIngest();
  for (const [name, text] of Object.entries(templates)) await service.addModel(name, text);
});
afterAll(() => service[Symbol.asyncDispose]());

type Turn = readonly [role: string, content: string, weight?: number | undefined];
const user = (content: string): Turn => ['user', content];
const assistant = (content: string, weight?: number): Turn => ['assistant', content, weight];
const line = (...turns: readonly Turn[]) =>
  JSON.stringify({
    messages: turns.map(([role, content, weight]) => ({ role, content, weight })),
  });
const chat = (word: string) => line(user(word), assistant('yes'), user('r'), assistant('no'));

/** One token a byte, after four control tokens. */
const names = ['<|end|>', '<|system|>', '<|user|>', '<|assistant|>'];
const textOf = (tokens: Int32Array, bytes: ReadonlyMap<number, number>): string =>
  [...tokens].map((token) => names[token] ?? String.fromCharCode(bytes.get(token) ?? 0)).join('');

async function prepared(model: string, text: string, change: object = {}) {
  const job = await service.run(text, { model, ...change });
  const findings = (await service.events(job.id)).filter(({ name }) => name === 'finding');
  return { job, told: findings.map(({ message, level }) => `${level}: ${message}`) };
}
const about = (told: readonly string[]) =>
  told.filter((message) => !message.includes('are advised') && !message.includes('held out'));

/** The byte that each token stands for, read off a row whose bytes are known. */
async function byteTable(): Promise<ReadonlyMap<number, number>> {
  const text = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => 32 + at));
  const job = await service.run(JSON.stringify({ prompt: text, completion: 'a' }));
  const { manifest, examples } = await service.dataset(job);
  const [example] = await examples(manifest.train);
  return new Map(
    Array.from(text, (letter, at) => [example?.tokens[at] ?? -1, letter.charCodeAt(0)]),
  );
}

it('teaches each answer with the history that the template gives it, and counts the row once', async () => {
  const { job, told } = await prepared('last-thought', chat('q'));
  expect(about(told)).toEqual([]);
  const { manifest, report, rows, examples } = await service.dataset(job);
  const bytes = await byteTable();
  const found = (await examples(manifest.train)).map(({ tokens, supervised }) => {
    const from = supervised.indexOf(1);
    expect(supervised.lastIndexOf(1)).toBe(tokens.length - 1);
    return [textOf(tokens.slice(0, from), bytes), textOf(tokens.slice(from), bytes)];
  });
  expect(found).toEqual([
    ['<|user|>q<|end|><|assistant|>', '<think></think>yes<|end|>'],
    [
      '<|user|>q<|end|><|assistant|>yes<|end|><|user|>r<|end|><|assistant|>',
      '<think></think>no<|end|>',
    ],
  ]);
  expect(manifest.train).toMatchObject({ rows: 1 });
  expect(report.rows).toMatchObject({ read: 1, kept: 1 });
  expect(await rows(manifest.train)).toMatchObject([{ kind: 'chat', line: 1, examples: 2 }]);
});

it('leaves out answers of weight 0, and keeps one example a row where one is trained', async () => {
  const text = line(user('q'), assistant('yes', 0), user('r'), assistant('no'));
  const { job } = await prepared('last-thought', text);
  const { manifest, rows, examples } = await service.dataset(job);
  expect(await examples(manifest.train)).toHaveLength(1);
  expect((await rows(manifest.train))[0]).not.toHaveProperty('examples');
});

it('keeps all examples of a conversation on one side, with rows of other lengths between', async () => {
  const lines = Array.from({ length: 30 }, (_, at) => {
    const word = String.fromCharCode(97 + (at % 26)).repeat(1 + at);
    return at % 3 === 0 ? line(user(word), assistant('yes')) : chat(word);
  });
  const options = { held_out_share: 0.3 };
  const { job } = await prepared('last-thought', lines.join('\n'), { options });
  const { manifest, rows, examples } = await service.dataset(job);
  expect(manifest.train.rows + manifest.heldOut.rows).toBe(30);
  const bytes = await byteTable();
  for (const part of [manifest.train, manifest.heldOut]) {
    const stored = (await rows(part)).map((row) => generationRowSchema.parse(row));
    const shard = await examples(part);
    let at = 0;
    for (const row of stored) {
      const asked = row.kind === 'chat' ? row.messages[0]?.content : '';
      for (let left = examplesOf(row); left > 0; left--)
        expect(textOf(shard[at++]?.tokens ?? new Int32Array(), bytes)).toContain(
          `<|user|>${asked}<|end|>`,
        );
    }
    expect(at).toBe(shard.length);
  }
});

it('trains where the prompt opens a thought, and says so', async () => {
  const { job, told } = await prepared('opened-thought', chat('q'));
  expect(job.state).toBe('queued');
  expect(about(told)).toEqual([
    'warn: Line 1: the model is asked with "<think>" before its answer, and the chat template does not write that before the answers that are trained.',
  ]);
  const { manifest } = await service.dataset(job);
  expect(manifest.train.supervisedTokens).toBe('yes'.length + 'no'.length + 2);
});

it('tells what the template drops of an answer: line, how much, and how often', async () => {
  const thought = (word: string) => line(user(word), assistant('<think>hm</think>short'));
  const { job, told } = await prepared(
    'drops-thought',
    [chat('a'), thought('b'), thought('c')].join('\n'),
  );
  expect(about(told)).toEqual([
    'warn: Line 2: the chat template leaves out or changes 17 of the 22 characters of messages[1].content. The same holds for 1 more row.',
  ]);
  const { report } = await service.dataset(job);
  expect(report.findings.filter(({ rule }) => rule === 'template-drops')).toMatchObject([
    { line: 2, path: 'messages[1].content', level: 'warn' },
    { line: 3, path: 'messages[1].content', level: 'warn' },
  ]);
});

it.each<[string, string, string]>([
  [
    'strips',
    line(user('q'), assistant('    return 1')),
    'strips white space, 4 of the 12 characters of messages[1].content',
  ],
  [
    'deaf',
    line(['system', 'Be brief'], user('q'), assistant('a')),
    'leaves out or changes 8 of the 8 characters of messages[0].content',
  ],
])('tells what %s loses', async (model, text, message) => {
  const { job, told } = await prepared(model, text);
  expect(job.state).toBe('queued');
  expect(about(told)).toEqual([`warn: Line 1: the chat template ${message}.`]);
});

it('refuses an answer without an end where the template ends others, and warns where it ends none', async () => {
  const some = await prepared(
    'ends-some',
    [chat('a'), line(user('b'), assistant('on'))].join('\n'),
  );
  expect(some.job.error?.message).toBe(
    'Line 2: an answer does not end with the end-of-turn token that the chat template ends others with.',
  );
  const none = await prepared('endless', chat('a'));
  expect(none.job.state).toBe('queued');
  expect(about(none.told)).toEqual([
    expect.stringContaining('warn: Line 1: the answer does not end with an end-of-turn token'),
  ]);
});

it('refuses a preference between answers that the template makes the same', async () => {
  const answer = (content: string) => [{ role: 'assistant', content }];
  const row = {
    input: { messages: [{ role: 'user', content: 'q' }] },
    preferred_output: answer('<think>a</think>yes'),
    non_preferred_output: answer('<think>b</think>yes'),
  };
  const { job } = await prepared('drops-thought', JSON.stringify(row), { method: 'dpo' });
  expect(job.error?.message).toBe(
    'Line 1: preferred_output and non_preferred_output are the same in tokens, so neither can be preferred.',
  );
});

const tool = {
  type: 'function',
  function: { name: 'f', parameters: { type: 'object', properties: { a: { type: 'number' } } } },
};
const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"a": 1.0}' } };
const called = (tools: unknown, more: object = {}) =>
  JSON.stringify({
    tools,
    messages: [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', content: 'r', tool_call_id: 'c' },
      { role: 'assistant', content: 'yes' },
    ],
    ...more,
  });

it('teaches calls with their ends and answers, not what tools say, and keeps the tools of the row', async () => {
  const { job, told } = await prepared('with-tools', called([tool]));
  expect(about(told)).toEqual([]);
  const { manifest, rows, examples } = await service.dataset(job);
  const bytes = await byteTable();
  const [{ tokens, supervised }] = (await examples(manifest.train)) as [ShardExample];
  const taught = textOf(
    tokens.filter((_, at) => supervised[at] === 1),
    bytes,
  );
  expect(taught).toBe(
    '<tool_call>{"name": "f", "arguments": {"a": 1.0}}</tool_call><|end|>yes<|end|>',
  );
  expect(textOf(tokens, bytes)).toContain(
    `<|system|>{"type": "function", "function": {"name": "f"`,
  );
  const stored = generationRowSchema.parse((await rows(manifest.train))[0]);
  expect(stored).toMatchObject({
    tools: [tool],
    messages: [{}, { content: '', tool_calls: [call] }, { tool_call_id: 'c' }, {}],
  });
});

it('refuses tools by line where the template has none, and says what they take of a row that is too long', async () => {
  const { job } = await prepared('strips', `${chat('q')}\n${called([tool])}`);
  expect(job.error?.message).toContain(
    'Line 2: tools cannot be trained on this model: its chat template has no place for tools.',
  );
  const long = { ...tool.function, description: 'x'.repeat(600) };
  const { told } = await prepared('with-tools', called([{ type: 'function', function: long }]));
  expect(told.join('\n')).toMatch(
    /the row has \d{3} tokens, 7\d\d of them for its tools; at most 512 fit/,
  );
});
