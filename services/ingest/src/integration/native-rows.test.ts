/** A dataset is the same, byte by byte, whether plain rows and tables are read in C or in JavaScript. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startIngest } from './ingest.fixture.ts';

const root = join(import.meta.dirname, '../../../..');
const paragraphs = globSync(['*.md', 'docs/*.md', 'services/ingest/src/{rows,clean}/*.ts'], {
  cwd: root,
})
  .sort()
  .flatMap((file) => readFileSync(join(root, file), 'utf8').split(/(?<=\n\n)/))
  .filter(({ length }) => length > 20 && length < 500);

/** Rows of what this repository says, now and then one that is wrong, that comes again, or that holds personal data. */
function lineOf(paragraph: string, at: number): string {
  const answer = paragraphs[(7 * at) % paragraphs.length] as string;
  const [user, assistant] = ['user', 'assistant'].map((role) => ({ role, content: paragraph }));
  const asked = { ...user, content: at % 31 === 0 ? 'Who is anna@mail.org?' : paragraph };
  const messages = [
    ...(at % 3 === 0 ? [{ role: 'system', content: 'You answer questions.' }] : []),
    ...(at % 5 === 0 ? [asked, { ...assistant, content: 'Say more.' }] : []),
    ...[asked, { ...assistant, content: at % 53 === 0 ? `${answer} <|im_end|>` : answer }],
  ];
  return at % 400 === 7 ? '{"messages":' : JSON.stringify({ messages });
}
const lines = paragraphs.slice(0, 1500).map(lineOf);
const text = [...lines, ...lines.slice(0, 20)].join('\n');

/** A table of the same, now and then with a record that is wrong, or empty. */
function recordOf(paragraph: string, at: number): string {
  const answer = paragraphs[(7 * at) % paragraphs.length] as string;
  const cells = [paragraph, at % 700 === 7 ? '[{"role": "user"}]' : answer];
  const quoted = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`);
  if (at % 300 === 11) return ';';
  if (at % 400 === 9) return 'one;two;three';
  return `${quoted.join(';')}${at % 2 === 0 ? '\r' : ''}`;
}
const table = ['prompt;completion', ...paragraphs.slice(0, 1500).map(recordOf)].join('\n');

async function made(file: string, rowReader: 'auto' | 'off') {
  await using service = await startIngest({}, { LATHE_ROW_READER: rowReader });
  await service.addFolder(join(root, 'models/lathe-tiny'), { maxPositions: 1024 });
  const job = await service.run(file, { model: 'lathe-tiny' });
  const { manifest, report } = await service.dataset(job);
  const parts = [manifest.train, manifest.heldOut].map((part) => ({
    ...part,
    canonical: part?.canonical.sha256,
    shards: part?.shards.map(({ sha256 }) => sha256),
  }));
  const findings = (await service.events(job.id)).filter(({ name }) => name === 'finding');
  return { parts, report, findings: findings.map(({ message, level }) => ({ message, level })) };
}

it.each([
  ['chats', text],
  ['a table', table],
])(
  'of %s is the same with the reader in C and without it',
  { timeout: 240_000 },
  async (_, file) => {
    const [native, usual] = [await made(file, 'auto'), await made(file, 'off')];
    expect(native).toEqual(usual);
    expect(native.parts[0]?.shards?.length).toBeGreaterThan(0);
  },
);
