/** What an inspection finds wrong with a file, repairing the file sets right: seen by inspecting what was made. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type InspectionReport,
  inspectionReportSchema,
} from '@lathe/contracts/artifact/inspection';
import { fileKey } from '@lathe/contracts/artifact/key';
import type { DataOptions } from '@lathe/contracts/http/data';
import { type DatasetRequest, datasetRequestSchema } from '@lathe/contracts/http/dataset';
import { newId } from '@lathe/contracts/id';
import { baseModelsProject, modelKey, recordKey } from '@lathe/contracts/subject';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { Handed } from '@lathe/platform/threads/serve-tasks';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyEncoder } from '@lathe/testkit/tiny-encoder';
import { writeTinyTokenizer } from '@lathe/testkit/tiny-tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mendedRules } from '../check/mend.ts';
import type { DataPorts } from '../data-ports.ts';
import { openDataStores } from '../data-work/data-stores.fixture.ts';
import { makeDataset } from '../dataset/make-dataset.ts';
import { chatLine, chatLines } from '../integration/ingest.fixture.ts';
import { createRowWork } from '../rows/row-work.ts';
import { inspectFile } from './inspect-file.ts';

const project = 'default';
const data = await openDataStores();
const models = await tempFolder();
afterAll(async () => {
  await data[Symbol.asyncDispose]();
  await models[Symbol.asyncDispose]();
});
const { stores } = data;
const toolsTemplate =
  '{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% if m.tool_calls %}{{ m.tool_calls | tojson }}{% endif %}<|end|>{% endfor %}';

beforeAll(async () => {
  await writeTinyTokenizer(join(models.path, 'tiny'));
  await writeFile(join(models.path, 'tiny', 'config.json'), '{}');
  await writeTinyTokenizer(join(models.path, 'tools'), { template: false });
  await writeFile(join(models.path, 'tools', 'config.json'), '{}');
  await writeFile(join(models.path, 'tools', 'chat_template.jinja'), toolsTemplate);
  await writeTinyEncoder(join(models.path, 'wide'));
  const base = { version: 1, kind: 'base', createdAt: 0, parameters: 1000 } as const;
  const offer = (name: string, more: object) =>
    stores.models.put(modelKey(baseModelsProject, name), {
      ...base,
      name,
      maxPositions: 512,
      ...more,
    });
  await offer('tiny', {});
  await offer('tools', {});
  await offer('wide', { architecture: 'encoder' });
});

/** What one attempt of data work has; its rows are read right here. */
async function portsOf(): Promise<DataPorts> {
  const id = newId('dataset').slice('dset_'.length);
  const work = createRowWork();
  return {
    ...{ ...data.ports, project, attempt: `at_${id}`, prefix: `${project}/data-work/${id}` },
    ...{ fileId: `file-${id}`, workFolder: await mkdtemp(join(models.path, 'work-')) },
    modelFolders: [models.path],
    rowThreads: {
      async run(task) {
        const result = await work(task);
        // What a thread would hand over.
        return result instanceof Handed ? result.value : result;
      },
      stop: async () => undefined,
    },
    askModel: async () => expect.fail('nobody is asked'),
    signal: new AbortController().signal,
    progress: () => undefined,
  };
}

async function upload(text: string): Promise<string> {
  const id = newId('file');
  const key = fileKey(project, id);
  const stored = await stores.artifacts.put(key, Buffer.from(text));
  await stores.files.create(recordKey(project, id), {
    ...{ version: 1, id, project, createdAt: 1, createdMs: 1, expiresAt: null, key, ...stored },
    ...{ filename: 'rows.jsonl', purpose: 'fine-tune', status: 'processed', statusDetails: null },
  });
  return id;
}

type Options = { readonly model?: string; readonly data?: DataOptions | undefined };

async function inspect(
  file: string,
  { model = 'tiny', data: how, method, options }: Options & Method,
) {
  const job = {
    ...{ seed: 1, hyperparameters: {}, method },
    options: { ...options, ...(how && { data: how }) },
  };
  const input = { kind: 'inspect', trainingFile: file, validationFile: null, model, job } as const;
  const { objects } = await inspectFile(input, await portsOf());
  const key = objects['report.json']?.key ?? '';
  const report = await readJson(stores.artifacts, key, inspectionReportSchema);
  const repaired = objects['repaired.jsonl'];
  return { report, repaired: repaired === undefined ? '' : await textOf(repaired.key) };
}

async function repair(file: string, options: Omit<NonNullable<DatasetRequest['repair']>, 'file'>) {
  const request = datasetRequestSchema.parse({ repair: { file, ...options } });
  const { files } = await makeDataset({ kind: 'dataset', request }, await portsOf());
  const [made] = files;
  if (made === undefined) return expect.fail('no file');
  await stores.files.create(recordKey(project, made.id), made);
  const { id, key, lineage } = made;
  return { id, text: await textOf(key), lineage: lineage ?? expect.fail('no lineage') };
}

async function textOf(key: string): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stores.artifacts.get(key))).toString();
}

type Method = {
  readonly method?: 'supervised' | 'dpo';
  readonly options?: { readonly preference?: { readonly loss: 'kto' } };
};
/** How a job learns from rows of a kind. */
function methodOf(kind: string, architecture: string): Method {
  if (kind === 'judged') return { method: 'dpo', options: { preference: { loss: 'kto' } } };
  return kind === 'preference' && architecture === 'decoder' ? { method: 'dpo' } : {};
}

/** What repairing leaves: no row that is wrong, too long, or there twice, and no character that no text has. */
function expectRight({ dataset }: InspectionReport): void {
  const { rows, findings, reasons } = dataset ?? expect.fail('no report');
  expect(rows).toMatchObject({ read: rows.kept, rejected: 0, duplicates: 0 });
  // What is wrong with all rows together, such as one label for all, is not of any row.
  expect(findings.filter(({ level, line }) => level === 'error' && line > 0)).toEqual([]);
  const repairable = [...mendedRules, 'too-long', 'duplicates'];
  expect(reasons?.filter(({ rule }) => repairable.includes(rule))).toEqual([]);
}

/** The value with what no text has in each of its texts but the names of labels and roles. */
function spoilt(value: unknown, key = ''): unknown {
  if (typeof value === 'string')
    return /^(?:text|content|prompt|question)$/.test(key) ? `\u0000\ud800\u0007${value}` : value;
  if (Array.isArray(value)) return value.map((each) => spoilt(each, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, spoilt(each, name)]),
  );
}

type Fixture = {
  readonly rows: readonly object[];
  readonly canonical: readonly { readonly kind: string }[];
  readonly architecture?: string;
  readonly data?: DataOptions;
};
const folder = new URL('../read/format/fixtures/', import.meta.url);

it.each(readdirSync(folder))('of %s: the repaired file has nothing to repair', async (name) => {
  const fixture = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Fixture;
  const { rows, canonical, architecture = 'decoder', data } = fixture;
  const lines = [...rows, rows[0], ...rows.map((row) => spoilt(row))];
  const text = `${lines.map((row) => JSON.stringify(row)).join('\n')}\n{\n[]\n`;
  const file = await upload(text);
  const model = architecture === 'encoder' ? 'wide' : 'tools';
  const how = methodOf(canonical[0]?.kind ?? '', architecture);
  const first = await inspect(file, { model, data, ...how });
  if (first.report.dataset === null) {
    const { message } = first.report.refusal ?? expect.fail('no refusal');
    await expect(repair(file, { model, ...(data && { data }) })).rejects.toThrow(message);
    return;
  }
  const { id, text: made } = await repair(file, { model, ...(data && { data }) });
  expect(made).toBe(first.repaired);
  const again = await inspect(id, { model, ...how });
  expectRight(again.report);
  expect(again.repaired).toBe(made);
});

it('keeps groups, whole texts and the kind of rows, and says what it leaves out', async () => {
  const grouped = chatLine('Who?', 'Ann').replace('{', '{"group":"thread 7",');
  const twice = chatLines(12);
  const text = `${twice}${twice}${grouped}\n{"messages":[]}\n{\n${chatLine('Why?', 'x'.repeat(900))}\n${chatLine('a\u0000b', 'c')}\n`;
  const made = await repair(await upload(text), {});
  expect(made.text).toBe(`${twice}${grouped}\n${chatLine('ab', 'c')}\n`);
  const counts = Object.fromEntries(
    made.lineage.unused.map(({ reason, count }) => [reason.split(':')[0], count]),
  );
  expect(counts).toEqual({
    ...{ empty: 1, json: 1, 'too-long': 1, 'a row that is there already': 12 },
    'a row with characters that no text has, now without them': 1,
  });
  // Labels stay labels where a model is offered that learns them.
  const labelled = [1, 2, 3].map((at) =>
    JSON.stringify({ text: `text ${at} of them`, label: at === 1 ? 'yes' : 'no' }),
  );
  const table = await repair(await upload(labelled.join('\n')), {});
  expect(table.text.trimEnd().split('\n')).toEqual(labelled);
});

it('takes for a repetition only what says all the same: rules, tools and answers before it, too', async () => {
  const tool = (name: string) => ({ type: 'function', function: { name, parameters: {} } });
  const asked = { role: 'user', content: 'Hello there' };
  const answer = { role: 'assistant', content: 'Good day to you' };
  const row = (more: object, ...before: object[]) =>
    JSON.stringify({ messages: [...before, asked, answer], ...more });
  const rows = [
    row({}),
    row({}, { role: 'system', content: 'Be kind.' }),
    row({}, { role: 'system', content: 'Be short.' }),
    row({}, asked, { role: 'assistant', content: 'Yes?' }),
    row({}, asked, { role: 'assistant', content: 'Who is it?' }),
    row({ tools: [tool('look')] }),
    row({ tools: [tool('find')] }),
  ];
  const made = await repair(await upload([...rows, ...rows].join('\n')), { model: 'tools' });
  expect(made.text.trimEnd().split('\n')).toHaveLength(rows.length);
  const [, , third = ''] = rows;
  const pair = (line: string) =>
    JSON.stringify({
      input: { messages: (JSON.parse(line) as { messages: object[] }).messages.slice(0, -1) },
      preferred_output: [answer],
      non_preferred_output: [{ role: 'assistant', content: 'What now?' }],
    });
  const pairs = [pair(rows[1] ?? ''), pair(third)];
  const preferred = await repair(await upload([...pairs, ...pairs].join('\n')), { model: 'tools' });
  expect(preferred.text.trimEnd().split('\n')).toHaveLength(pairs.length);
});

it('repairs every row of a file in which most are wrong', async () => {
  const wrong = '{"messages":[]}\n'.repeat(1500);
  const file = await upload(`${chatLines(5)}${wrong}${chatLine('Late?', 'Yes.')}\n`);
  const { report, repaired } = await inspect(file, {});
  expect(report.repaired).toEqual({ rows: 6, repeated: 0, mended: 0 });
  expect((await repair(file, { model: 'tiny' })).text).toBe(repaired);
  const none = await upload('{"messages":[]}\n');
  await expect(repair(none, {})).rejects.toThrow('messages must not be empty');
});
