/** Where set-up could build nothing, every row is read in JavaScript. */
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { Line } from '../read/lines.ts';
import { openRowEncoder } from '../render/open-encoder.ts';
import { createNativeReader } from './native-rows.ts';
import { packLines } from './packed-lines.ts';
import { packReads } from './packed-reads.ts';
import { readLineRows } from './read-lines.ts';
import { readPacked } from './read-packed.ts';

vi.mock('@lathe/row-reader/row-reader', () => ({
  openRowReader: () => undefined,
}));

const folder = join(import.meta.dirname, '../../../../models/lathe-tiny');
const lesson = { task: 'generation', architecture: 'decoder', rows: 'chat' } as const;
const limits = {
  ...{ maxLineBytes: 4096, maxDepth: 64, maxTokens: 512, pieceTokens: 512, tokenizedErrors: 5 },
};

it('reads rows without the library in C', async () => {
  const encoder = await openRowEncoder({ folder, name: 'tiny' }, lesson);
  const task = { lesson, limits, errors: 0 };
  expect(createNativeReader(encoder, task)).toBeUndefined();
  const messages = [
    { role: 'user', content: 'Where is it?' },
    { role: 'assistant', content: 'On its way.' },
  ];
  const lines: Line[] = [{ number: 1, bytes: Buffer.from(JSON.stringify({ messages })) }];
  const packed = readPacked(packLines([lines]), encoder, task);
  expect(packed).toEqual(packReads(readLineRows(lines, encoder, task)));
  expect(packed.reads).toEqual([null]);
});

it('reads prompts with completions without the library in C', async () => {
  const completions = { ...lesson, rows: 'completion' } as const;
  const encoder = await openRowEncoder({ folder, name: 'tiny' }, completions);
  const task = { lesson: completions, limits, errors: 0 };
  expect(createNativeReader(encoder, task)).toBeUndefined();
  const row = { prompt: 'Where is it?', completion: ' On its way.' };
  const lines: Line[] = [{ number: 1, bytes: Buffer.from(JSON.stringify(row)) }];
  const packed = readPacked(packLines([lines]), encoder, task);
  expect(packed).toEqual(packReads(readLineRows(lines, encoder, task)));
  expect(packed.reads).toEqual([null]);
});
