import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTrainingState, writeTrainingState } from './training-state.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-state-'));
});
afterAll(() => rm(root, { recursive: true }));

const tensors = new Map([
  ['weight', { shape: [2, 2], data: Float32Array.of(1, -0, Number.MIN_VALUE, 3e38) }],
  ['moment', { shape: [0], data: new Float32Array(0) }],
]);
const state = { step: 7, loss: 0.1 + 0.2, random: [1, 2], note: 'é' };

test('a state comes back bit for bit, and replaces the one before it', async () => {
  const folder = join(root, 'good');
  await writeTrainingState(folder, { tensors, state: { step: 6 } });
  await writeTrainingState(folder, { tensors, state });
  const read = await readTrainingState(folder);
  expect(read.state).toEqual(state);
  expect(read.tensors).toEqual(tensors);
  expect(await readdir(root)).toEqual(['good']);
});

test('every change to the files is noticed', async () => {
  const folder = join(root, 'bad');
  const file = join(folder, 'training-state.safetensors');
  const manifest = join(folder, 'training-state.json');
  const fresh = () => writeTrainingState(folder, { tensors, state });
  await fresh();
  const bytes = await readFile(file);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(file, bytes);
  await expect(readTrainingState(folder)).rejects.toThrow('its SHA-256 is not the one');
  await fresh();
  await appendFile(file, 'x');
  await expect(readTrainingState(folder)).rejects.toThrow(
    /\d+ bytes, but training-state.json says \d+/,
  );
  await fresh();
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"step": 7', '"step": 8'));
  await expect(readTrainingState(folder)).rejects.toThrow('its state does not have the SHA-256');
  await fresh();
  await rm(file);
  await expect(readTrainingState(folder)).rejects.toThrow('the file is missing');
  await writeFile(manifest, '{"version":2}');
  await expect(readTrainingState(folder)).rejects.toThrow('version');
});

test('a state that JSON would change is refused', async () => {
  const folder = join(root, 'lossy');
  const write = (value: never) =>
    writeTrainingState(folder, { tensors, state: { inner: { value } } });
  for (const value of [Number.NaN, undefined, new Date(0), 5n, -0]) {
    await expect(write(value as never)).rejects.toThrow('state.inner.value');
  }
});
