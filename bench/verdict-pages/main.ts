/**
 * `npm run verdicts:pages`: jobs over HTTP on the built-in model: the quickstart's, one that is worth its tuning, one that has nothing to
 * learn and one that teaches what the model knows. Keeps each report's page with pictures of it in `.out/verdicts`, in light and
 * dark and as wide as a phone, to be looked at, and ends with 1 where a verdict is another one. Needs Debian's chromium.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { readConfig } from '@lathe/platform/config';
import OpenAI, { toFile } from 'openai';
import { startPlatform } from '../../scripts/platform.ts';
import { followJob } from '../follow-job.ts';
import { takePictures } from '../pictures.ts';
import { type VerdictCase, verdictCases } from './datasets.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '.out/verdicts' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const builtIn = 'lathe-tiny';

/** One job from its creation to its report, which is kept as a page with its pictures. */
async function judged(client: OpenAI, { name, rows }: VerdictCase): Promise<EvaluationReport> {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const file = await client.files.create({
    file: await toFile(Buffer.from(text), `${name}.jsonl`),
    purpose: 'fine-tune',
  });
  const { id } = await client.fineTuning.jobs.create({
    ...{ model: builtIn, training_file: file.id, suffix: name, seed: 7 },
  });
  const done = await followJob(client, id, () => undefined);
  if (done.status !== 'succeeded')
    throw new Error(`${name}: ${done.status}, ${done.error?.message ?? 'no reason given'}`);
  const answer = await client.get<Response>(`/lathe/jobs/${id}/report.html`, {
    __binaryResponse: true,
  });
  const page = path.join(values.out, `${name}.html`);
  await writeFile(page, await answer.text());
  await takePictures(page, values.chromium);
  return evaluationReportSchema.parse(await client.get(`/lathe/jobs/${id}/report`));
}

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-verdicts-'));
const config = readConfig({
  ...process.env,
  ...{ LATHE_DATA: folder, LATHE_PORT: '0', LATHE_LOG_LEVEL: 'warn' },
});
const platform = await startPlatform(config);
try {
  const client = new OpenAI({ apiKey: platform.apiKey, baseURL: `${platform.url}/v1` });
  await mkdir(values.out, { recursive: true });
  for (const one of await verdictCases()) {
    const begun = performance.now();
    const { verdict, outcome = 'none', rows, contestants, headline } = await judged(client, one);
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(`${one.name}: ${outcome}, ${rows} held-out rows, ${seconds} s. ${verdict}`);
    for (const { name, metrics } of contestants)
      console.log(`   ${name}: ${headline} ${metrics[headline]?.value.toFixed(3)}`);
    if (!one.outcomes.includes(outcome)) {
      console.error(`${one.name} should come to ${one.outcomes.join(' or ')}`);
      process.exitCode = 1;
    }
  }
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
