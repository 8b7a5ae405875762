/**
 * A real model through the whole platform, by the commands and doors that users have: fetched, tuned over HTTP, judged,
 * exported to GGUF with its adapter merged in, imported again and asked over HTTP beside the tuned one; on banking77's
 * chat form, and on tool calls. Each writes its part of docs/real-models.md.
 *
 *     npm run models:tune -- --banking77 <folder with train.csv and test.csv> [--rows 400] [--epochs 2] [--test 100] [--asked 40]
 *     npm run models:tune -- --tools <glaive-function-calling as a JSON list> [--rows 100] [--epochs 1] [--test 8] [--asked 8]
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '@lathe/platform/config';
import type OpenAI from 'openai';
import { z } from 'zod';
import { catalog } from '../scripts/models/catalog.ts';
import { getModel } from '../scripts/models/get-model.ts';
import {
  runScript,
  spread,
  type Tuned,
  throughGguf,
  tune,
  withPlatform,
  writePart,
} from './real-models/run.ts';
import { showTools } from './real-models/tools.ts';

const name = 'smollm2-135m';
const backName = `${name}-from-gguf`;
const { about } = catalog.get(name)!;

const { values } = parseArgs({
  options: {
    banking77: { type: 'string' },
    tools: { type: 'string' },
    rows: { type: 'string' },
    epochs: { type: 'string' },
    test: { type: 'string' },
    asked: { type: 'string' },
  },
});
const { banking77, tools } = values;
if ((banking77 === undefined) === (tools === undefined)) {
  console.error(
    'usage: npm run models:tune -- --banking77 <folder> | --tools <file> [--rows n] [--epochs n] [--test n] [--asked n]',
  );
  process.exit(2);
}
const usual = banking77 === undefined ? [100, 1, 8, 8] : [400, 2, 100, 40];
const [rows = 0, epochs = 0, tested = 0, askedRows = 0] = (
  ['rows', 'epochs', 'test', 'asked'] as const
).map((key, at) => Number(values[key] ?? usual[at]));
const work = await mkdtemp(path.join(tmpdir(), 'lathe-real-models-'));

const lineSchema = z.object({
  messages: z.array(
    z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }),
  ),
});
type Messages = z.infer<typeof lineSchema>['messages'];

/** Greedy answers to the questions of some rows. */
async function answers(
  client: OpenAI,
  model: string,
  rows: readonly Messages[],
): Promise<string[]> {
  const found: string[] = [];
  for (const messages of rows) {
    const answer = await client.chat.completions.create({
      model,
      messages: messages.slice(0, -1),
      temperature: 0,
      max_tokens: 24,
    });
    found.push(answer.choices[0]?.message.content ?? '');
  }
  return found;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function markdown(
  { report, seconds }: Tuned,
  equal: number,
  counts: Record<'train' | 'test' | 'asked', number>,
): string {
  const rows = report.contestants.map(
    ({ name: contestant, exactMatch: match, loss }) =>
      `| ${contestant} | ${percent(match.rate)} (${match.correct}/${match.total}) | ${percent(match.low)} to ${percent(match.high)} | ${loss?.toFixed(3) ?? ''} |`,
  );
  const verdicts = report.comparisons.map(
    ({ against, verdict, difference, pValue }) =>
      `- tuned against ${against}: ${verdict}, ${(100 * difference).toFixed(1)} points (exact McNemar p ${pValue < 0.001 ? '< 0.001' : `= ${pValue.toFixed(3)}`}).`,
  );
  return `${about}, which is not bit for bit the published model.
Bank customers' questions (banking77, PolyAI, CC-BY-4.0), the ten largest intents: ${counts.train} rows to train on, ${counts.test} of the
data set's own test split to score by greedy generation and exact match; one LoRA job over HTTP, ${epochs} epochs, other
settings \`auto\`. So few rows show the way through, not what the model can learn. Intervals are 95 % Wilson intervals; loss is
the mean negative log-likelihood of the answer's tokens in nats. ${cpus().length} CPU cores.

| model | exact match | 95 % interval | loss |
| --- | --- | --- | --- |
${rows.join('\n')}

${verdicts.join('\n')}

The whole job took ${(seconds / 60).toFixed(1)} minutes. Its adapter, fetched over HTTP, merged and exported as a GGUF file in
float16, was imported again as a base model: over HTTP ${equal} of ${counts.asked} greedy answers are those of the tuned model.
`;
}

async function showBanking(base: string, source: string): Promise<void> {
  runScript(work, 'examples/banking77/prepare.ts', '--source', source, '--out', work);
  const files = [path.join(work, 'train.jsonl'), path.join(work, 'test.jsonl')] as const;
  const some = async (file: string, count: number): Promise<string[]> =>
    spread((await readFile(file, 'utf8')).trimEnd().split('\n'), count);
  const train = await some(files[0], rows);
  const test = await some(files[1], tested);
  await writeFile(files[0], `${train.join('\n')}\n`);
  await writeFile(files[1], `${test.join('\n')}\n`);
  await mkdir(path.join(work, 'models'));
  const adapter = path.join(work, 'adapter');
  const tuning = { base: name, files, suffix: 'banking', epochs };
  const tuned = await withPlatform(work, (client) => tune(client, tuning, adapter));
  await throughGguf(work, { base, adapter, dtype: 'f16' }, backName);
  const asked = test.slice(0, askedRows).map((line) => lineSchema.parse(JSON.parse(line)).messages);
  const [of, back] = await withPlatform(work, async (client) => [
    await answers(client, tuned.model, asked),
    await answers(client, backName, asked),
  ]);
  const equal = of!.filter((answer, at) => answer === back![at]).length;
  const counts = { train: train.length, test: test.length, asked: asked.length };
  await writePart('banking77', markdown(tuned, equal, counts));
}

try {
  const [models] = readConfig(process.env).modelFolders;
  const base = await getModel(name, { models: models!, say: console.log });
  if (banking77 !== undefined) await showBanking(base, banking77);
  const counts = { rows, epochs, test: tested, asked: askedRows };
  if (tools !== undefined) await showTools({ base, about, source: tools, work, counts });
} finally {
  await rm(work, { recursive: true, force: true });
}
