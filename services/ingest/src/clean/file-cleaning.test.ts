import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { hash } from '../pack/split.ts';
import { createFileCleaning } from './file-cleaning.ts';
import { likenessOf } from './look.ts';

const context = Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ');
const rowOf = (line: number, question: string): CanonicalRow => ({
  ...{ kind: 'question', line, id: String(line), question, context },
  answers: [{ text: 'word7', start: context.indexOf('word7') }],
});

it.each([
  [true, { near: 0, dropped: 0, exact: 0 }],
  [false, { near: 1, dropped: 1, exact: 0 }],
])(
  'leaves out no question for the context that others ask about too: %s',
  async (sharesContext, counts) => {
    await using folder = await tempFolder();
    const cleaning = createFileCleaning({ duplicates: 'drop' }, folder.path);
    const told = ['Who wins?', 'What is the seventh?'].map((question, at) => {
      const row = rowOf(at + 1, question);
      const facts = { group: 1, plain: at, asked: at, answer: 1, both: hash(question) };
      const known = { personal: [], hasControl: false };
      const likeness = likenessOf(row);
      const cleaned = { line: row.line, ...facts, ...known, likeness, row: () => row };
      return cleaning.add(cleaned, { isTold: false, sharesContext });
    });
    expect(cleaning.counts).toMatchObject(counts);
    // They stay on one side of the split all the same.
    expect(new Set(told.map(({ relation }) => relation.cluster)).size).toBe(1);
  },
);
