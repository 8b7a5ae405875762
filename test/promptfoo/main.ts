/**
 * `npm run test:promptfoo`: promptfoo from npm, unchanged, asks a platform's chat endpoint by `config.yaml`; the same configuration is
 * imported as an eval and run. Prints how many passed on both sides, item by item, and ends with 1 where an answer or
 * the judgement of a kind of assertion differs. Installs promptfoo in `.tools/promptfoo` the first time.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { startPlatform } from '../../scripts/platform.ts';
import { installedPromptfoo } from './installed.ts';
import type { Judged, JudgedItems } from './judged.ts';
import { judgedHere } from './judged-here.ts';
import { judgedThere } from './judged-there.ts';

const [model, maxTokens] = ['lathe-tiny', 24];
const file = join(import.meta.dirname, 'config.yaml');
const command = await installedPromptfoo(join(import.meta.dirname, '../../.tools/promptfoo'));
const folder = await mkdtemp(join(tmpdir(), 'lathe-promptfoo-'));
const platform = await startPlatform(
  readConfig({ LATHE_LOG_LEVEL: 'warn', ...process.env, LATHE_DATA: folder, LATHE_PORT: '0' }),
);
try {
  const url = `${platform.url}/v1`;
  const config = await readFile(file, 'utf8');
  const there = await judgedThere({
    ...{ command, config, folder: join(folder, 'promptfoo'), model, url, maxTokens },
    apiKey: platform.apiKey,
  });
  const client = new OpenAI({ baseURL: url, apiKey: platform.apiKey });
  const { items: here, findings } = await judgedHere(client, { config, model, maxTokens });
  for (const { at, outcome, message } of findings)
    if (outcome !== 'kept') console.log(`${at} is ${outcome}: ${message}`);
  console.log('| item | answer | promptfoo | Lathe |\n| --- | --- | --- | --- |');
  let different = here.size === there.size && here.size > 0 ? 0 : 1;
  for (const [item, theirs] of there) {
    const ours = here.get(item);
    if (told(theirs) !== told(ours) || theirs.answer !== ours?.answer) different++;
    console.log(`| ${item} | ${JSON.stringify(theirs.answer)} | ${told(theirs)} | ${told(ours)} |`);
  }
  const passed = (items: JudgedItems) => [...items.values()].filter(({ passes }) => passes).length;
  console.log(
    `\npassed: ${passed(there)} of ${there.size} in promptfoo, ${passed(here)} of ${here.size} here; ${different} judged otherwise`,
  );
  if (different > 0) process.exitCode = 1;
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}

/** What one side says of an item. */
function told(judged: Judged | undefined): string {
  if (judged === undefined) return 'nothing';
  const kinds = [...judged.kinds]
    .toSorted()
    .map(([kind, passes]) => `${kind} ${passes ? 'yes' : 'no'}`);
  return `${judged.passes ? 'passes' : 'fails'}: ${kinds.join(', ')}`;
}
