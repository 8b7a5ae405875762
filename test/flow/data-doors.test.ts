/** Data over HTTP by the official client, with the whole platform: a page becomes a file, is looked at, and is trained on. */
import type { DatasetObject } from '@lathe/contracts/http/dataset-object';
import type { InspectionObject } from '@lathe/contracts/http/inspection';
import { toFile } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

let platform: SharedPlatform;
beforeAll(async () => {
  platform = await joinPlatform();
});

/** Asks until it is over. */
async function over<Told extends { readonly status: string }>(ask: () => Promise<Told>) {
  for (;;) {
    const told = await ask();
    if (told.status !== 'queued' && told.status !== 'running') return told;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function inspected(file: string, body: object): Promise<InspectionObject> {
  const { client } = platform;
  const path = `/lathe/files/${file}/inspect`;
  const { id } = await client.post<InspectionObject>(path, { body });
  return over(() => client.get<InspectionObject>(`/lathe/inspections/${id}`));
}

function raw(path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${platform.apiKey}` };
  return fetch(`${platform.url}/v1${path}`, { headers });
}

test('a page of questions becomes a file that a job learns from', async () => {
  const { client } = platform;
  const questions = Array.from(
    { length: 12 },
    (_, at) => `## Where is room ${at}?\n\nFloor ${at}.`,
  );
  const { id: page } = await client.files.create({
    file: await toFile(Buffer.from(questions.join('\n\n')), 'faq.md'),
    purpose: 'fine-tune',
  });
  const convert = { source: 'faq', files: [page] };
  const { id } = await client.post<DatasetObject>('/lathe/datasets', { body: { convert } });
  const made = await over(() => client.get<DatasetObject>(`/lathe/datasets/${id}`));
  expect(made).toMatchObject({ status: 'succeeded', lineage: { rows: 12 }, error: null });
  const file = made.file ?? expect.fail('no file');
  expect(await client.files.retrieve(file)).toMatchObject({
    purpose: 'fine-tune',
    lathe: { lineage: { sources: [{ file: page, filename: 'faq.md' }] } },
  });
  const job = await client.fineTuning.jobs.create({
    ...{ model: 'lathe-tiny', training_file: file, seed: 1 },
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
    ...{ lathe: { evaluation_rows: 2, few_shot_examples: 0 } },
  });
  for (;;) {
    const { status, error } = await client.fineTuning.jobs.retrieve(job.id);
    expect(error?.message).toBeUndefined();
    if (status === 'succeeded') break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

test('a file is looked at: report, page and repaired file; what is under way is cancelled', async () => {
  const { client } = platform;
  const rows = await supportLines(12);
  const file = await platform.upload([...rows, rows[0] as string, '{"messages":[]}', '{']);
  const seen = await inspected(file, { model: 'lathe-tiny' });
  expect(seen.report).toMatchObject({
    refusal: { code: 'invalid_file_format', message: expect.stringContaining('Line 14') },
    dataset: { rows: { read: 15, rejected: 2, duplicates: 1 } },
    repaired: { rows: 12, repeated: 1, mended: 0 },
  });
  const page = await raw(`/lathe/inspections/${seen.id}/report.html`);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('A job would refuse the file');
  const repaired = await (await raw(`/lathe/inspections/${seen.id}/repaired`)).text();
  expect(repaired.trimEnd().split('\n')).toHaveLength(12);
  const again = await inspected(await platform.upload([repaired.trimEnd()]), {
    model: 'lathe-tiny',
  });
  expect(again.report).toMatchObject({ refusal: null, repaired: { rows: 12, repeated: 0 } });

  // What has not ended can be ended; what has says so.
  const path = `/lathe/inspections/${seen.id}/cancel`;
  await expect(client.post(path)).rejects.toMatchObject({ status: 409, code: 'invalid_state' });
  const many = Array.from({ length: 40 }, () => rows).flat();
  const long = await platform.upload(many.map((row, at) => row.replace('"content":"', `$&${at} `)));
  const begin = raw(`/lathe/inspections?file=${long}`);
  expect(((await (await begin).json()) as { data: unknown[] }).data).toEqual([]);
  const asked = client.post<InspectionObject>(`/lathe/files/${long}/inspect`, { body: {} });
  const list = () => client.get<{ data: InspectionObject[] }>(`/lathe/inspections?file=${long}`);
  await expect.poll(async () => (await list()).data.length).toBe(1);
  const { id } = (await list()).data[0] as InspectionObject;
  const ended = await client
    .post<InspectionObject>(`/lathe/inspections/${id}/cancel`)
    .catch(() => client.get<InspectionObject>(`/lathe/inspections/${id}`));
  // It may have come to its end first.
  expect(['cancelled', 'succeeded']).toContain(ended.status);
  expect((await asked).status).toBe(ended.status);
});
