/**
 * `npm run inspect:pages -- <file> …`: inspects files over HTTP, and keeps each report's page with pictures of it in
 * `.out/inspect`, in light and dark and as wide as a phone, to be looked at. Needs Debian's chromium.
 */
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { InspectionObject } from '@lathe/contracts/http/inspection';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { startPlatform } from '../scripts/platform.ts';
import { takePictures } from './pictures.ts';

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: '.out/inspect' },
    model: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
if (files.length === 0) {
  console.error('usage: npm run inspect:pages -- [--model <name>] [--out <folder>] <file> …');
  process.exit(2);
}

async function inspect(client: OpenAI, file: string): Promise<InspectionObject> {
  const upload = await client.files.create({
    file: createReadStream(file),
    purpose: 'fine-tune',
  });
  const body = values.model === undefined ? {} : { model: values.model };
  let seen: InspectionObject = await client.post(`/lathe/files/${upload.id}/inspect`, { body });
  while (seen.status === 'queued' || seen.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    seen = await client.get(`/lathe/inspections/${seen.id}`);
  }
  return seen;
}

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-inspect-'));
const apiKey = 'sk-inspect-pages';
const config = readConfig({
  ...process.env,
  ...{ LATHE_DATA: folder, LATHE_PORT: '0', LATHE_API_KEY: apiKey, LATHE_WORKERS: '0' },
  LATHE_LOG_LEVEL: 'warn',
});
const platform = await startPlatform(config);
try {
  const client = new OpenAI({ apiKey, baseURL: `${platform.url}/v1` });
  await mkdir(values.out, { recursive: true });
  for (const file of files) {
    const begun = performance.now();
    const { id, status, error, report } = await inspect(client, file);
    const ms = Math.round(performance.now() - begun);
    const rows = report?.dataset?.rows;
    const about = report?.refusal?.message ?? error?.message ?? report?.task?.type;
    console.log(
      `${file}: ${status} in ${ms} ms, ${rows?.kept ?? 0} of ${rows?.read ?? 0} rows, ${about}`,
    );
    if (status !== 'succeeded') continue;
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await fetch(`${platform.url}/v1/lathe/inspections/${id}/report.html`, {
      headers,
    });
    const name = path
      .relative('.', file)
      .replaceAll(/[^\w.-]+/g, '-')
      .replace(/^[-.]+/, '');
    const page = path.join(values.out, `${name}.html`);
    await writeFile(page, await answer.text());
    await takePictures(page, values.chromium);
  }
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
