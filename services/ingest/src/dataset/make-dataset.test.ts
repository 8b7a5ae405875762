/** Files made of files, as data work does it: from the record to the file, its lineage and its evidence. */
import { fileKey } from '@lathe/contracts/artifact/key';
import type { Lineage } from '@lathe/contracts/artifact/lineage';
import {
  type DatasetRequest,
  datasetRequestSchema,
  sideFiles,
} from '@lathe/contracts/http/dataset';
import { newId } from '@lathe/contracts/id';
import type { DataWorkRecord } from '@lathe/contracts/record/data-work';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import { madeFaqMarkdown } from '@lathe/testkit/made-faq';
import { afterAll, expect, it } from 'vitest';
import type { AskModel } from '../data-ports.ts';
import { openDataStores } from '../data-work/data-stores.fixture.ts';
import { type DataWorkPorts, doDataWork } from '../data-work/data-work.ts';
import { zipOf } from '../read/container/zip.fixture.ts';
import { madeSlackExport, madeStaff } from '../talk/made/slack.fixture.ts';
import { madeZendeskJson } from '../talk/made/tickets.fixture.ts';

const project = 'default';
const data = await openDataStores();
afterAll(() => data[Symbol.asyncDispose]());
const { stores } = data;

const portsWith = (askModel: AskModel): DataWorkPorts => ({ ...data.ports, askModel });

async function upload(filename: string, bytes: string | Uint8Array): Promise<string> {
  const id = newId('file');
  const key = fileKey(project, id);
  const put = await stores.artifacts.put(key, Buffer.from(bytes));
  const record: FileRecord = {
    ...{ version: 1, id, project, createdAt: 1, createdMs: 1, expiresAt: null, filename },
    ...{ purpose: 'fine-tune', ...put, key, status: 'processed', statusDetails: null },
  };
  await stores.files.create(recordKey(project, id), record);
  return id;
}

const nobody: AskModel = async () => expect.fail('nobody is asked');

async function begin(request: object): Promise<DataWorkRecord> {
  const work: DataWorkRecord = {
    ...{ version: 1, id: newId('dataset'), project, createdAt: 1, createdMs: 1 },
    ...{ requestId: 'req_1', state: 'queued', progress: null, result: null, error: null },
    input: { kind: 'dataset', request: datasetRequestSchema.parse(request) },
    finishedAt: null,
  };
  await stores.dataWork.create(recordKey(project, work.id), work);
  return work;
}

function go(work: DataWorkRecord, ask = nobody, signal = new AbortController().signal) {
  const message = { version: 1, project, jobId: work.id, epoch: 0, requestId: 'req_1' } as const;
  return doDataWork(portsWith(ask), message, { signal, progress: () => undefined });
}

/** What came of the work: its file's record and rows, and what lies beside it. */
async function made(work: DataWorkRecord) {
  const ended = (await stores.dataWork.get(recordKey(project, work.id)))?.value;
  const [id = 'none'] = ended?.result?.files ?? [];
  const record = (await stores.files.get(recordKey(project, id)))?.value ?? expect.fail(`no ${id}`);
  const lineage: Lineage = record.lineage ?? expect.fail('no lineage');
  const side = sideFiles(id);
  return { record, lineage, rows: await rowsOf(id), side, files: ended?.result?.files ?? [] };
}

async function rowsOf(id: string): Promise<{ [name: string]: unknown }[]> {
  const chunks = await Array.fromAsync(stores.artifacts.get(fileKey(project, id)));
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { [name: string]: unknown });
}

async function make(request: DatasetRequest | object, ask = nobody) {
  const work = await begin(request);
  expect(await go(work, ask)).toEqual({ kind: 'done' });
  return made(work);
}

it('converts a page, with the evidence of each row and the lineage of the file', async () => {
  const page = await upload('faq.md', madeFaqMarkdown());
  const { record, rows, lineage, side } = await make({
    convert: { source: 'faq', files: [page], system: 'You are Harbour.' },
    filename: 'help.jsonl',
  });
  expect(record).toMatchObject({
    filename: 'help.jsonl',
    purpose: 'fine-tune',
    status: 'processed',
  });
  expect(rows).toHaveLength(40);
  expect(rows[0]).toEqual({
    messages: [
      { role: 'system', content: 'You are Harbour.' },
      {
        role: 'user',
        content: expect.any(String),
      },
      { role: 'assistant', content: expect.any(String) },
    ],
  });
  const source = (await stores.files.get(recordKey(project, page)))?.value;
  expect(lineage).toMatchObject({
    sources: [{ file: page, filename: 'faq.md', bytes: source?.bytes, sha256: source?.sha256 }],
    ...{ rows: 40, rows_by_source: { [page]: 40 }, evidence_file: side.evidence, writer: null },
    ...{ converter: 1, other_side: null },
    request: { convert: { source: 'faq', files: [page] } },
  });
  expect(lineage.unused.map(({ reason }) => reason)).toContain('text under no question');
  const evidence = await rowsOf(side.evidence);
  expect(evidence).toHaveLength(40);
  expect(evidence[0]).toMatchObject({ row: 1, source: page, file: 'faq.md', rule: 'heading' });
});

it('converts a Slack export and splits it by thread, whatever is added', async () => {
  const files = [...madeSlackExport()].map(([name, data]) => ({ name, data }));
  const evil = { name: '../evil/2026-03-02.json', data: '[]' };
  const archive = await upload('export.zip', zipOf([evil, ...files]));
  const convert = { source: 'slack', files: [archive], staff: madeStaff };
  const talk = await make({ convert });
  expect(talk.rows.length).toBeGreaterThan(150);
  expect(talk.record.filename).toBe('slack-pairs.jsonl');
  expect(talk.lineage.unused).toContainEqual({
    reason: 'an entry of the archive: its name leads out of the archive',
    ...{ count: 1, places: [evil.name] },
  });
  const split = await make({ split: { file: talk.record.id, share: 0.2, by: 'evidence' } });
  const other = await rowsOf(split.side.other);
  expect(split.rows.length + other.length).toBe(talk.rows.length);
  expect(other.length).toBeGreaterThan(20);
  const evidence = await rowsOf(talk.side.evidence);
  const groupOf = new Map(talk.rows.map((row, at) => [JSON.stringify(row), evidence[at]?.group]));
  const apart = new Set(other.map((row) => groupOf.get(JSON.stringify(row))));
  for (const row of split.rows) expect(apart).not.toContain(groupOf.get(JSON.stringify(row)));
});

it('makes judged answers of rated tickets', async () => {
  const file = await upload('tickets.json', madeZendeskJson());
  const { rows } = await make({ convert: { source: 'tickets', files: [file], labels: true } });
  const labels = rows.map(({ label }) => label);
  expect(new Set(labels)).toEqual(new Set([true, false]));
  expect(rows[0]).toMatchObject({
    input: { messages: [{ role: 'user' }] },
    output: [{ role: 'assistant' }],
  });
});

const chat = (text: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: text },
      { role: 'assistant', content: 'ok' },
    ],
  });
const lines = (from: number, to: number, word: string): string =>
  Array.from({ length: to - from }, (_, at) =>
    chat(`${word}${word}${String.fromCharCode(97 + ((from + at) % 26))}${from + at}`),
  ).join('\n');

it('mixes files by weight, and refuses those that have nothing in common', async () => {
  const [long, short, table] = await Promise.all([
    upload('long.jsonl', lines(0, 60, 'long')),
    upload('short.jsonl', `${lines(0, 20, 'short')}\nno json`),
    upload('table.csv', 'text,label\na,b\n'),
  ]);
  const mix = {
    files: [
      { file: long, weight: 0.5 },
      { file: short, weight: 2 },
    ],
    seed: 3,
  };
  const { rows, lineage } = await make({ mix });
  const counts = lineage.rows_by_source;
  expect(counts[short]).toBe(40);
  expect(counts[long]).toBeGreaterThan(15);
  expect(counts[long]).toBeLessThan(45);
  expect(rows).toHaveLength(40 + (counts[long] ?? 0));
  expect(JSON.stringify(rows.slice(0, 10))).toContain('long');
  expect(JSON.stringify(rows.slice(0, 10))).toContain('short');
  expect((await make({ mix })).record.sha256).toBe((await make({ mix })).record.sha256);
  const odd = { mix: { files: [{ file: long }, { file: table }] } };
  await expect(go(await begin(odd))).rejects.toThrow('cannot be mixed');
});

it('splits so that no row moves when rows are added', async () => {
  const sides = async (text: string) => {
    const split = { file: await upload('rows.jsonl', text), share: 0.3, seed: 5 };
    const { side } = await make({ split });
    return new Set((await rowsOf(side.other)).map((row) => JSON.stringify(row)));
  };
  const before = await sides(lines(0, 100, 'w'));
  const after = await sides(`${lines(100, 1100, 'new')}\n${lines(0, 100, 'w')}`);
  expect(before.size).toBeGreaterThan(10);
  for (const row of before) expect(after).toContain(row);
  const kept = [...after].filter((row) => row.includes('"ww'));
  expect(kept).toHaveLength(before.size);
});

it('keeps of what a model writes what stands in the text, and says why the rest is refused', async () => {
  const text =
    'Returns are free for thirty days. The parcel goes to Bremen.\n\nWe close on Sundays and on every holiday that the town of Bremen has.';
  const page = await upload('page.txt', text);
  const pair = (question: string, answer: string, evidence: string, confidence = 0.9) => ({
    question,
    answer,
    evidence,
    confidence,
  });
  const ask: AskModel = async ({ prompt, model, url, schema }) => {
    expect([model, url, Object.keys(schema)]).toEqual(['tiny', undefined, expect.any(Array)]);
    if (prompt.includes('Sundays')) return 'I would rather not.';
    const pairs = [
      pair('How long are returns free?', 'For thirty days.', 'returns are FREE for thirty days'),
      pair('How long are returns free', 'Thirty days', 'Returns are free for thirty days.'),
      pair('Where does it go?', 'To Hamburg, by ship and train.', 'The parcel goes to Bremen.'),
      pair('Who?', 'Bob', 'Bob does it.'),
      pair('What parcel goes?', 'The parcel', 'The parcel goes to Bremen.', 0.1),
      pair(
        'The parcel goes to Bremen.',
        'The parcel goes to Bremen.',
        'The parcel goes to Bremen.',
      ),
      pair('The town.', 'Bremen', 'The parcel goes to Bremen.'),
      pair('What is the answer to this?', 'The parcel', 'The parcel goes to Bremen.'),
      { question: 'half' },
    ];
    return `Here you are:\n${JSON.stringify({ pairs })}`;
  };
  const writer = { model: 'tiny', chunk_words: 20, least_confidence: 0.5, least_support: 0.6 };
  const { rows, lineage, side } = await make(
    { convert: { source: 'faq', files: [page], writer } },
    ask,
  );
  expect(rows).toEqual([
    {
      messages: [
        { role: 'user', content: 'How long are returns free?' },
        { role: 'assistant', content: 'For thirty days.' },
      ],
    },
  ]);
  expect(lineage.writer).toEqual({
    ...{ model: 'tiny', url: null, chunks: 2, written: 9, accepted: 1 },
    prompt_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const counts = Object.fromEntries(lineage.unused.map(({ reason, count }) => [reason, count]));
  expect(counts).toEqual({
    'a question that was asked before': 1,
    'an answer that repeats the question': 1,
    'a question that asks nothing': 1,
    'a question that has nothing to do with its quote': 1,
    'an answer that its quote does not support': 1,
    'a quote that does not stand in the text': 1,
    'a pair below the least confidence': 1,
    'a pair of another form': 1,
    'an answer that is no JSON': 1,
  });
  const [evidence] = await rowsOf(side.evidence);
  expect(evidence).toMatchObject({ rule: 'written by a model', score: 0.9 });
});

it('says in one sentence why there is no file, and leaves none', async () => {
  const empty = await upload('faq.md', '# Title\n\nNothing is asked here.');
  const work = await begin({ convert: { source: 'faq', files: [empty] } });
  await expect(go(work)).rejects.toThrow(
    'No row could be made of the files: 1 × text under no question (first: faq.md:3).',
  );
  const text = await upload('export.zip', 'no archive');
  await expect(go(await begin({ convert: { source: 'slack', files: [text] } }))).rejects.toThrow(
    /The file is (cut short|damaged)/,
  );
  await expect(go(await begin({ repair: { file: newId('file') } }))).rejects.toThrow('was deleted');
  const cut = await upload('rows.jsonl', '{"text":"a"}\n{"text":"b"}');
  await stores.artifacts.put(fileKey(project, cut), Buffer.from('{"text":"a"}\n'));
  await expect(go(await begin({ mix: { files: [{ file: cut }] } }))).rejects.toThrow(
    `The file ${cut} is damaged in the artifact store, which has 13 of its 25 bytes: upload it again.`,
  );
  const keys = await Array.fromAsync(stores.artifacts.list(`${project}/files`));
  const known = await stores.files.list(project);
  expect(keys.map(({ key }) => key).sort()).toEqual(known.map(({ value }) => value.key).sort());
});

it('is made once when its ingest dies in the middle', async () => {
  const page = await upload('faq.md', 'Returns are free.\n\nWe close on Sundays.');
  const writer = { model: 'tiny', chunk_words: 20 };
  const work = await begin({ convert: { source: 'faq', files: [page], writer } });
  const pairs = [
    { question: 'Free?', answer: 'Returns are free', evidence: 'Returns are free.', confidence: 1 },
  ];
  const death = new AbortController();
  const dying: AskModel = async () => {
    death.abort(new Error('killed'));
    return JSON.stringify({ pairs });
  };
  await expect(go(work, dying, death.signal)).rejects.toThrow('killed');
  const whole: AskModel = async () => JSON.stringify({ pairs });
  expect(await go(work, whole)).toEqual({ kind: 'done' });
  const first = await made(work);
  // A message that is delivered again finds the work done.
  expect(await go(work)).toMatchObject({ kind: 'drop' });
  expect((await made(work)).record).toEqual(first.record);
  expect(first.files).toEqual([first.record.id, first.side.evidence]);
});
