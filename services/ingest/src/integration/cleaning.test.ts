import type { JobRecord } from '@lathe/contracts/job/record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLine, chatLines, startIngest } from './ingest.fixture.ts';

let service: Awaited<ReturnType<typeof startIngest>>;
beforeAll(async () => {
  service = await startIngest();
});
afterAll(() => service[Symbol.asyncDispose]());

const found = async (text: string, change: Partial<JobRecord> = {}) => {
  const job = await service.run(text, change);
  expect(job.error).toBeNull();
  const { manifest, report, rows } = await service.dataset(job);
  const told = report.findings.map(({ line, rule }) => `${line} ${rule}`);
  const [train, heldOut] = [await rows(manifest.train), await rows(manifest.heldOut)];
  return { report, told, train, heldOut, lines: train.map(({ line }) => line) };
};

/** A chat of 60 words of that subject alone, but for its last one. */
const long = (subject: string, last = 'please') =>
  chatLine(
    `${Array.from({ length: 59 }, (_, at) => `${subject}${'abcdefghij'[at % 10]}${'klmnop'[at % 6]}`).join(' ')} ${last}`,
    'yes',
  );
const subjects = ['lamp', 'desk', 'door', 'fan', 'pan', 'cup', 'rug', 'bed', 'jar', 'mat'];

it('names rows that repeat or nearly repeat others, and leaves them out where that is asked for', async () => {
  const lines = [long('lamp'), long('lamp'), long('lamp', 'quickly'), long('radio')].join('\n');
  const kept = await found(lines);
  expect(kept.report.cleaning?.duplicates).toEqual({
    ...{ exact: 1, near: 1, dropped: 0 },
    isComplete: true,
  });
  expect(kept.told).toContain('3 near-duplicate');
  const dropped = await found(lines, { options: { cleaning: { duplicates: 'drop' } } });
  expect(dropped.lines).toEqual([1, 4]);
  expect(dropped.told).toEqual(expect.arrayContaining(['2 duplicate', '3 duplicate']));
  expect(dropped.report.rows).toMatchObject({ read: 4, kept: 2, rejected: 2 });
});

it('names every row that is left out, however many there are', async () => {
  const options = { cleaning: { duplicates: 'drop' } } as const;
  const { told } = await found(Array.from({ length: 40 }, () => long('lamp')).join('\n'), {
    options,
  });
  const named = told.filter((each) => each.endsWith(' duplicate'));
  expect(named).toEqual(Array.from({ length: 39 }, (_, at) => `${at + 2} duplicate`));
});

it('names the same question with another answer', async () => {
  const { told, report } = await found(
    [chatLine('Where?', 'Here.'), chatLine('Where?', 'There.'), chatLine('Who?', 'I.')].join('\n'),
  );
  expect(told).toContain('2 conflict');
  expect(report.cleaning?.conflicts).toBe(1);
});

it('keeps near duplicates on one side of the split, whatever the seed', async () => {
  const text = subjects
    .flatMap((each) => [long(each), long(each, 'quickly'), long(each, 'at once')])
    .join('\n');
  for (const seed of [1, 2, 3]) {
    const { train, heldOut } = await found(text, { seed });
    const side = (rows: readonly { line: number }[]) =>
      new Set(rows.map(({ line }) => Math.floor((line - 1) / 3)));
    expect(heldOut.length).toBeGreaterThan(0);
    expect(train.length + heldOut.length).toBe(30);
    for (const subject of side(heldOut)) expect(side(train)).not.toContain(subject);
  }
});

it('leaves out of training what the validation file says too, unless it is to be reported only', async () => {
  const validationFile = await service.upload(
    [
      chatLine('where is my PARCEL, aa', 'x'),
      long('lamp', 'quickly'),
      chatLine(
        'The king of the old country went up the hill with ten thousand men in red coats.',
        'y',
      ),
    ].join('\n'),
  );
  const text = [
    chatLine('Where is my parcel, aa?', 'queue-0'),
    long('lamp'),
    chatLine('Yes: the king of the old country went up the hill with ten men, did he?', 'No.'),
    long('radio'),
  ].join('\n');
  const { lines, told, report } = await found(text, { validationFile });
  expect(lines).toEqual([4]);
  expect(told).toEqual(
    expect.arrayContaining(['1 contamination', '2 contamination', '3 contamination']),
  );
  expect(report.cleaning?.contamination).toEqual({
    ...{ prompts: 1, near: 1, phrases: 1, dropped: 3 },
    isComplete: true,
  });
  const options = { cleaning: { contamination: 'report' } } as const;
  const reported = await found(text, { validationFile, options });
  expect(reported.lines).toEqual([1, 2, 3, 4]);
  expect(reported.report.cleaning?.contamination.dropped).toBe(0);
});

it('takes questions that differ in their numbers, or fill in one form, for questions of their own', async () => {
  const sum = (one: number, other: number) =>
    chatLine(`How much is ${one} + ${other}?`, String(one + other));
  const sums = Array.from({ length: 12 }, (_, at) => sum(at + 10, at % 5));
  const form = (text: string) =>
    chatLine(
      `Say in one word which of our five departments should answer this message: ${text}`,
      'x',
    );
  for (const [rows, scored] of [
    [sums, [sum(3, 4), sum(7, 7)]],
    [['lamp', 'desk', 'door', 'fan'].map(form), ['pan', 'cup'].map(form)],
  ] as const) {
    const validationFile = await service.upload(scored.join('\n'));
    const { lines, report } = await found(rows.join('\n'), { validationFile });
    expect(lines).toHaveLength(rows.length);
    expect(report.cleaning?.contamination.dropped).toBe(0);
  }
});

it('refuses a training file that the validation file has whole', async () => {
  const validationFile = await service.upload(chatLines(12));
  const job = await service.run(chatLines(12), { validationFile });
  expect(job.error).toMatchObject({ code: 'invalid_file_format', param: 'validation_file' });
  expect(job.error?.message).toContain('nothing is left to train on');
});

it('reports, redacts or refuses personal data, and never writes it into what it says', async () => {
  const text = [
    chatLine('I am anna@example.org, call +43 660 1234567', 'Thanks, anna@example.org'),
    chatLine('Who?', 'help@firm.com'),
  ].join('\n');
  const asked = (mode: 'report' | 'redact' | 'refuse') => ({
    options: { cleaning: { personal_data: mode, allowed: ['help@firm.com'] } },
  });
  const reported = await found(text, asked('report'));
  expect(reported.told).toContain('1 personal-data');
  expect(reported.report.cleaning?.personalData).toEqual([
    { kind: 'EMAIL', rows: 1 },
    { kind: 'PHONE', rows: 1 },
  ]);
  expect(JSON.stringify(reported.report.findings)).not.toContain('anna');
  const redacted = await found(text, asked('redact'));
  expect(redacted.train).toMatchObject([
    {
      messages: [{ content: 'I am [EMAIL_1], call [PHONE_1]' }, { content: 'Thanks, [EMAIL_1]' }],
    },
    { messages: [{ content: 'Who?' }, { content: 'help@firm.com' }] },
  ]);
  expect(redacted.report.cleaning?.redacted).toBe(1);
  const refused = await service.run(text, asked('refuse'));
  expect(refused.error?.message).toBe(
    'Line 1: the row seems to hold an e-mail address and a phone number.',
  );
});

it('counts languages, and names a validation file that is in another', async () => {
  const asked = (question: string) =>
    Array.from({ length: 12 }, (_, at) => chatLine(`${question} ${at}`, 'yes')).join('\n');
  const english = asked('Could you please tell me where the parcel of last week has gone?');
  const german = asked('Können Sie mir bitte sagen, wo das Paket der letzten Woche geblieben ist?');
  const validationFile = await service.upload(german);
  const { report, told } = await found(english, { validationFile });
  expect(told).toContain('0 language');
  expect(report.cleaning?.languages).toEqual([
    { side: 'training', language: 'en', rows: 12 },
    { side: 'validation', language: 'de', rows: 12 },
  ]);
});
