import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openModelFolder } from '../families/model-folder.ts';
import { makeModel, small, tensorsOf } from '../families/small-llama.fixture.ts';
import { CheckpointError } from '../formats/error.ts';
import { readTensor, writeSafetensors } from '../formats/safetensors.ts';
import { readTrainingState } from '../formats/training-state.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { textExample } from '../objectives/example.ts';
import { readReference } from '../parity/reference.ts';
import { readPeftAdapter } from '../peft/peft.ts';
import { createTrainer } from './trainer.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-interrupted-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Reads a whole export; throws where any part of it is missing or damaged. */
async function readWhole(folder: string): Promise<void> {
  if (folder.endsWith('-state')) await readTrainingState(folder);
  if (folder.endsWith('-adapter')) await readPeftAdapter(folder);
  if (!folder.endsWith('-merged')) return;
  for (const entry of (await openModelFolder(folder)).tensors.values()) await readTensor(entry);
}

describe('an export that is interrupted', () => {
  it('leaves nothing that looks whole when its process is killed at a random moment', async () => {
    const program = join(import.meta.dirname, 'killed-export.fixture.ts');
    const runs = Array.from({ length: 4 }, async (_, at) => {
      const folder = join(root, `killed-${at}`);
      await mkdir(folder);
      const moment = String(randomInt(1, 40));
      const signal = await new Promise((resolve) =>
        execFile(process.execPath, [program, folder, moment], (error) => resolve(error?.signal)),
      );
      expect(signal).toBe('SIGKILL');
      const visible = (await readdir(folder)).filter((name) => !name.endsWith('.partial'));
      for (const name of visible) {
        expect(name).toMatch(/^\d+-(merged|adapter|state)$/);
        await readWhole(join(folder, name));
      }
    });
    await Promise.all(runs);
  });

  it.each(['exportMerged', 'exportAdapter', 'saveState'] as const)(
    'leaves nothing, and what was there before, when the disk is full in %s',
    async (act) => {
      const folder = join(root, `full-${act}`);
      await mkdir(folder);
      const trainer = await smallRun({ adaptation: { type: 'lora', rank: 2 } });
      const out = join(
        folder,
        `1-${{ exportMerged: 'merged', exportAdapter: 'adapter', saveState: 'state' }[act]}`,
      );
      await trainer[act](out);
      const before = await contents(out);
      await trainer.trainStep();
      const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
      });
      const prototype = await fileHandlePrototype();
      let writes = 0;
      const spy = vi.spyOn(prototype, 'write').mockImplementation(async () => {
        writes++;
        throw full;
      });
      await expect(trainer[act](out)).rejects.toThrow('no space left');
      spy.mockRestore();
      expect(writes).toBe(1);
      expect(await readdir(folder)).toEqual([out.slice(folder.length + 1)]);
      expect(await contents(out)).toEqual(before);
      await readWhole(out);
      await trainer.dispose();
    },
  );
});

describe('numbers that are not finite', () => {
  it('in the weights of the base are named by file and tensor at the first step', async () => {
    const base = await makeModel(root);
    const tensors = tensorsOf(small);
    (tensors[3]?.data as Float32Array)[5] = Number.NaN;
    await writeSafetensors(join(base, 'model.safetensors'), tensors);
    const trainer = await smallRun({ adaptation: { type: 'lora', rank: 2 } }, base);
    const failed = trainer.trainStep();
    await expect(failed).rejects.toThrow(`tensor ${tensors[3]?.name}: value 5 is NaN`);
    await expect(failed).rejects.toBeInstanceOf(CheckpointError);
    await expect(trainer.exportMerged(join(root, 'never'))).rejects.toThrow('not a finite number');
    expect(await readdir(root)).not.toContain('never');
    await trainer.dispose();
  });

  it('in a run end it before anything is exported', async () => {
    const { model, examples } = await readReference('tied');
    const trainer = await createTrainer({
      model,
      examples,
      objective: causalLm,
      settings: resolveRecipe({
        adaptation: { type: 'full' },
        learningRate: 1e30,
        maxGradientNorm: 1e30,
        schedule: 'constant',
      }),
    });
    const run = async () => {
      while (trainer.step < trainer.totalSteps) await trainer.trainStep();
    };
    await expect(run()).rejects.toThrow('not a finite number');
    for (const act of ['exportMerged', 'exportAdapter', 'saveState'] as const)
      await expect(trainer[act](join(root, 'never'))).rejects.toThrow('not a finite number');
    expect(await readdir(root)).not.toContain('never');
    await trainer.dispose();
  });
});

async function smallRun(settings: RecipeInput, base?: string) {
  return createTrainer({
    model: await openModelFolder(base ?? (await makeModel(root))),
    objective: causalLm,
    examples: [textExample([1, 4, 5, 6]), textExample([2, 7, 8])],
    settings: resolveRecipe({ ...settings, batchSize: 1 }),
  });
}

/** Every file of a folder with its bytes. */
async function contents(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of await readdir(folder)) found.set(name, await readFile(join(folder, name)));
  return found;
}

/** What every open file inherits its methods from. */
async function fileHandlePrototype() {
  const { open } = await import('node:fs/promises');
  const file = join(root, 'probe');
  await writeFile(file, '');
  await using handle = await open(file);
  return Object.getPrototypeOf(handle) as typeof handle;
}
