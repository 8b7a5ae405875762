import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createApi } from '../api/api.ts';
import { createPrinter } from '../terminal/printer.ts';
import { converse } from './conversation.ts';

it('ends in peace where the input ended before what was typed is worked off', async () => {
  const written: string[] = [];
  const sink = { isTTY: false, columns: 80, write: (text: string) => written.push(text) };
  const input = new PassThrough();
  input.end('/new\n/help\n');
  // Orders ask nothing of it.
  const api = createApi({ url: 'http://127.0.0.1:1', key: 'none' }, AbortSignal.abort());
  const sampling = { model: 'a-model' };
  await converse({ out: createPrinter(sink, {}), input }, api, { sampling, system: undefined });
  expect(written.join('')).toContain('forgets what was said');
});
