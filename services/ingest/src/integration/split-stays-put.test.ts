/** Which rows are held out, job after job on a file that grows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatLine, startIngest } from './ingest.fixture.ts';

const encoder = 'small-bert';
let service: Awaited<ReturnType<typeof startIngest>>;
beforeAll(async () => {
  service = await startIngest();
  await service.addEncoder(encoder, 1024);
});
afterAll(() => service[Symbol.asyncDispose]());

const letters = 'abcdefghij';

/** Words that no other number has, so that no two subjects are near duplicates. */
const words = (subject: number): string =>
  Array.from({ length: 60 }, (_, at) =>
    String(subject * 60 + at).replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? ''),
  ).join(' ');

/** Every fifth row from this number on says twenty words of an old row amid words of its own. */
const phrasesFrom = 10_000;

const saying = (at: number): string => {
  if (at < phrasesFrom) return wording(at);
  const own = words(at).split(' ').slice(0, 30);
  const old = words((at - phrasesFrom) / 5).split(' ');
  return (at % 5 === 0 ? own.toSpliced(15, 0, ...old.slice(10, 30)) : own).join(' ');
};

/** What row so many says: each subject in three wordings, near duplicates with prompts of their own. */
const wording = (at: number) =>
  `${words(Math.floor(at / 3))} ${['please', 'quickly', 'at once'][at % 3]}`;

const kinds = {
  chats: { line: (at: number) => chatLine(saying(at), `queue-${at % 4}`), change: {} },
  labels: {
    line: (at: number) =>
      JSON.stringify({ text: saying(at), label: ['ham', 'spam', 'eggs'][Math.floor(at / 3) % 3] }),
    change: { model: encoder },
  },
} as const;

describe.each(Object.entries(kinds))('of %s', (_, { line, change }) => {
  const sidesOf = async (rows: readonly number[], seed: number) => {
    const job = await service.run(rows.map(line).join('\n'), { ...change, seed });
    expect(job.error).toBeNull();
    const { manifest, report, rows: stored } = await service.dataset(job);
    const named = new Map(
      report.findings
        .filter(({ rule }) => rule === 'contamination')
        .map(({ line, message }) => [rows[line - 1] as number, message]),
    );
    const saidBy = async (part: typeof manifest.train) =>
      (await stored(part)).map((row) => rows[row.line - 1] as number);
    expect(report.cleaning?.duplicates.isComplete).toBe(true);
    const sides = { train: await saidBy(manifest.train), heldOut: await saidBy(manifest.heldOut) };
    return { ...sides, named };
  };

  it('no old row moves when 1,000 are added', async () => {
    const old = Array.from({ length: 300 }, (_, at) => 3 * at);
    const before = await sidesOf(old, 1);
    expect(before.heldOut.length).toBeGreaterThan(20);
    expect(before.train.length + before.heldOut.length).toBe(300);
    // The other wordings of the same subjects, and subjects that are new.
    const added = Array.from({ length: 1300 }, (_, at) => at).filter((at) => !old.includes(at));
    expect(added).toHaveLength(1000);
    const after = await sidesOf([...old, ...added], 1);
    const areOld = (rows: readonly number[]) => rows.filter((at) => old.includes(at));
    expect(areOld(after.heldOut)).toEqual(before.heldOut);
    expect(areOld(after.train)).toEqual(before.train);
    expect(after.heldOut.length).toBeGreaterThan(before.heldOut.length);
  });

  it('an old row that shares a phrase with a new held-out one is named where it leaves training, and never moves', async () => {
    const old = Array.from({ length: 300 }, (_, at) => 3 * at);
    const added = Array.from({ length: 1000 }, (_, at) => phrasesFrom + at);
    const before = await sidesOf(old, 1);
    const after = await sidesOf([...old, ...added], 1);
    const areOld = (rows: readonly number[]) => rows.filter((at) => old.includes(at));
    expect(areOld(after.heldOut)).toEqual(before.heldOut);
    const left = before.train.filter((at) => !after.train.includes(at));
    expect(left.length).toBeGreaterThan(10);
    for (const at of left) expect(after.named.get(at)).toMatch(/has a phrase that line \d+ of/);
    expect(areOld(after.train)).toEqual(before.train.filter((at) => !left.includes(at)));
    for (const at of after.heldOut) expect(after.train).not.toContain(at);
  });

  it('near duplicates never cross sides, wherever they stand', async () => {
    const rows = Array.from({ length: 900 }, (_, at) => at).toSorted(
      (a, b) => (a % 3) - (b % 3) || a - b,
    );
    const { train, heldOut } = await sidesOf(rows, 3);
    expect(train.length + heldOut.length).toBe(900);
    const subjectOf = (at: number) => Math.floor(at / 3);
    const taught = new Set(train.map(subjectOf));
    for (const at of heldOut) expect(taught).not.toContain(subjectOf(at));
  });
});
