import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatLine, chatLines, startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;

beforeAll(async () => {
  const overrides = { maxLineBytes: 1 << 20, maxRows: 300_000 };
  service = await startIngest(overrides);
});
afterAll(() => service[Symbol.asyncDispose]());

const good = chatLines(20).trim();

/** One wrong line after 20 good ones: what the job's error says about it. */
async function complaint(line: string | Uint8Array): Promise<string | undefined> {
  const bytes = Buffer.concat([Buffer.from(`${good}\n`), Buffer.from(line as string)]);
  const job = await service.run(bytes);
  expect(job).toMatchObject({ state: 'failed', datasetKey: null });
  expect(job.error).toMatchObject({ code: 'invalid_file_format', param: 'training_file' });
  return job.error?.message;
}

const messages = (...list: unknown[]) => JSON.stringify({ messages: list });
const user = { role: 'user', content: 'q' };
const assistant = { role: 'assistant', content: 'a' };

describe('a wrong line fails the job by number and reason', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['not JSON', '{"messages": [', 'the line is not valid JSON: Unexpected end of JSON input.'],
    ['no object', '[1, 2]', 'the line must be a JSON object, not a list.'],
    ['no messages', '{"a": 1}', '"messages" is missing.'],
    ['messages no list', '{"messages": "hi"}', 'messages must be a list, not a string.'],
    ['empty messages', '{"messages": []}', 'messages must not be empty.'],
    [
      'content a number',
      messages(user, { ...assistant, content: 5 }),
      'messages[1].content must be a string.',
    ],
    [
      'content null',
      messages(user, { ...assistant, content: null }),
      'messages[1].content must be a string, not null.',
    ],
    ['content missing', messages({ role: 'user' }, assistant), 'messages[0].content is missing.'],
    [
      'image part',
      messages({ role: 'user', content: [{ type: 'image_url' }] }, assistant),
      'messages[0].content[0] must be a text part, not "image_url"; only text can be trained.',
    ],
    [
      'unknown role',
      messages({ ...user, role: 'narrator' }, assistant),
      'messages[0].role must be one of system, developer, user, assistant, tool.',
    ],
    [
      'last from user',
      messages(user, assistant, user),
      'messages[2] must be from the assistant, not from user.',
    ],
    ['no assistant', messages(user), 'messages must hold at least one assistant message.'],
    [
      'all weight 0',
      messages(user, { ...assistant, weight: 0 }),
      'every assistant message has the weight 0, so nothing would be trained.',
    ],
    ['weight 2', messages(user, { ...assistant, weight: 2 }), 'messages[1].weight must be 0 or 1.'],
    [
      'weight on user',
      messages({ ...user, weight: 1 }, assistant),
      'messages[0].weight belongs to assistant messages only.',
    ],
    [
      'unknown key',
      messages(user, { ...assistant, contents: 'x' }),
      'messages[1] has the unknown key "contents".',
    ],
    [
      'tool calls',
      messages(user, { ...assistant, tool_calls: [{ id: 'call_1' }] }),
      'messages[1].tool_calls[0].function must be an object.',
    ],
    [
      'refusal',
      messages(user, { ...assistant, refusal: 'no' }),
      'messages[1].refusal cannot be trained: refusals are not supported.',
    ],
    ['other format', '{"prompt": "a", "completion": "b"}', '"messages" is missing.'],
    [
      'NUL',
      messages(user, { ...assistant, content: 'a\u0000b' }),
      'messages[1].content holds a NUL character.',
    ],
    [
      'lone surrogate',
      '{"messages": [{"role": "user", "content": "\\ud800"}, {"role": "assistant", "content": "a"}]}',
      'messages[0].content holds half of a surrogate pair, which is no character.',
    ],
    [
      'invalid UTF-8',
      Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]),
      'the line is not valid UTF-8; save the file as UTF-8.',
    ],
    ['deep nesting', '['.repeat(100_000), 'the JSON is nested deeper than 64 levels.'],
    ['a very long line', 'x'.repeat(2 << 20), 'the line is longer than 1 MiB.'],
    ['__proto__', '{"__proto__": {"messages": []}}', '"messages" is missing.'],
    [
      'a key twice',
      '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "content": "b"}]}',
      'messages[1] has the key "content" twice.',
    ],
  ])('%s', async (_, line, reason) => {
    expect(await complaint(line)).toBe(`Line 21: ${reason}`);
  });

  it('names the first lines and counts the others; every finding is an event', async () => {
    const wrong = ['{', messages(user), '{"messages": 1}', '[]', '{}'].join('\n');
    expect(await complaint(wrong)).toBe(
      "Line 21: the line is not valid JSON: Expected property name or '}' in JSON at position 1. Line 22: messages must hold at least one assistant message. Line 23: messages must be a list, not a number. 2 more lines are wrong.",
    );
    const jobs = await service.jobs.list('default');
    const job = jobs
      .map((entry) => entry.value)
      .find((each) => each.error?.message.includes('Line 22'));
    const events = await service.events(job?.id ?? '');
    expect(events.map((event) => event.name)).toEqual([
      'validating',
      ...Array.from({ length: 5 }, () => 'finding'),
      'failed',
    ]);
    expect(events.at(1)).toMatchObject({ level: 'error', data: { line: 21, rule: 'json' } });
    expect(await service.file(job?.trainingFile ?? '')).toMatchObject({ status: 'error' });
  });

  it('blames the validation file when that one is wrong', async () => {
    const validationFile = await service.upload('{"messages": []}\n');
    const job = await service.run(good, { validationFile });
    expect(job.error).toEqual({
      code: 'invalid_file_format',
      message: 'Line 1: messages must not be empty.',
      param: 'validation_file',
    });
  });
});

describe('a file of another kind is refused with what was seen and what is wanted', () => {
  it.each<[string, string | Uint8Array, string]>([
    [
      'stepwise rows',
      '{"prompt": "a", "completions": ["b"], "labels": [true]}',
      'has stepwise rows',
    ],
    ['prompts', '{"prompt": "a"}', 'has prompts without answers'],
    ['questions of BFCL', '{"question": [[]], "function": []}', 'has questions with functions'],
    ['answers of BFCL', '{"id": "a", "ground_truth": []}', 'has answers without their questions'],
    ['preferences', '{"prompt": "a", "chosen": "b", "rejected": "c"}', 'has preference rows'],
    ['other keys', '{"left": "a", "right": "b"}', 'has rows with the keys "left", "right"'],
    ['CSV', 'left,right\na,b\n', 'has rows with the keys "left", "right"'],
    ['nothing', '\n\r\n  \n', 'has no rows'],
  ])('%s', async (_, bytes, seen) => {
    const job = await service.run(bytes);
    expect(job.error?.code).toBe('invalid_file_format');
    expect(job.error?.message).toContain(`The file ${seen}`);
    expect(job.error?.message).toContain('Wanted is JSON Lines');
  });
});

it.each<[string, Uint8Array, string]>([
  [
    'UTF-16 without a mark',
    Buffer.from(good, 'utf16le'),
    'is UTF-16 text without a byte order mark; save it as UTF-8.',
  ],
  [
    'a PDF',
    Buffer.from('%PDF-1.7\n'),
    'is a PDF document; save its text as UTF-8 text or Markdown.',
  ],
  ['a short gzip', gzipSync(good).subarray(0, -10), 'is cut short: its gzip data end too early'],
])('refuses %s in one sentence', async (_, bytes, what) => {
  const job = await service.run(bytes);
  expect(job.error).toMatchObject({ code: 'invalid_file_format', param: 'training_file' });
  expect(job.error?.message).toContain(`The file ${what}`);
});

it('takes the same rows packed, and as an array', async () => {
  for (const file of [gzipSync(good), `[${good.replaceAll('\n', ',\n')}]`])
    expect(await service.run(file)).toMatchObject({ state: 'queued', error: null });
});

describe('size', () => {
  it('takes BOM, CRLF and blank lines for what they are', async () => {
    const whole = `\uFEFF${good.replaceAll('\n', '\r\n\r\n')}\r\n`;
    const job = await service.run(`${whole}${whole}`);
    expect(job.state).toBe('queued');
    const { report } = await service.dataset(job);
    expect(report.rows).toMatchObject({ read: 40, kept: 40 });
  });

  it('survives many tiny broken lines and says how many', async () => {
    const job = await service.run(`${good}\n${'{}\n'.repeat(200_000)}`);
    expect(job.error?.message).toMatch(/^Line 21: "messages" is missing\..* 199997 more lines/);
    // How often its progress is told depends on how long it takes.
    const told = (await service.events(job.id)).filter(({ name }) => name !== 'progress');
    expect(told.length).toBeLessThan(60);
  });

  it('refuses more rows than allowed, and a line of 200 MB, in bounded memory', async () => {
    const many = await service.run('{}\n'.repeat(300_100).replace('{}', chatLine('a', 'b')));
    expect(many.error?.message).toBe('The file has more than 300000 rows.');
    async function* huge(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${good}\n{"messages": "`);
      for (let at = 0; at < 200; at++) yield Buffer.alloc(1 << 20, 0x61);
      yield Buffer.from('"}\n');
    }
    const before = process.memoryUsage().rss;
    const job = await service.run(huge());
    expect(job.error?.message).toBe('Line 21: the line is longer than 1 MiB.');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
  });
});
