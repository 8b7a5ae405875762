import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examples, model, settingsOf } from '../adapt/quantized-base.fixture.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { describeWithBytes } from '../runtime/byte-products.fixture.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { settleBase } from './settle-base.ts';
import { createTrainer, type TrainerOptions } from './trainer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-settle-base-'));
});
afterAll(() => rm(folder, { recursive: true }));

const device = cpuDevice({ threads: 1 });
/** A machine that overflows. */
const other: Device = { ...device, byteProducts: async () => 'its sums overflow' };
const asked = { model, objective: causalLm, examples, device };
const run = { ...asked, settings: settingsOf({ baseBits: 8 }, 1), heldOut: examples.slice(0, 3) };
const figures = /loss of 3 held-out rows is \d+\.\d{4} with them and \d+\.\d{4} with the layers/;

/** The losses of a run from its beginning, or from a state. */
async function lossesOf(options: TrainerOptions<(typeof examples)[number]>, state?: string) {
  const trainer = await createTrainer(options);
  if (state !== undefined) await trainer.restoreState(state);
  const losses: number[] = [];
  while (trainer.step < trainer.totalSteps) {
    losses.push((await trainer.trainStep()).loss);
    if (state === undefined && trainer.step === 1) await trainer.saveState(join(folder, 'state'));
  }
  await trainer.dispose();
  return losses;
}

it('leaves runs alone that ask for no 8 bits', async () => {
  for (const settings of [settingsOf({}), settingsOf({ baseBits: 4 })])
    expect(await settleBase({ ...run, settings })).toEqual({});
});

it('keeps the layers as they are stored where the machine cannot multiply bytes', async () => {
  const { byteProducts: _, ...none } = device;
  const tried: [Device, string][] = [
    [other, 'its sums overflow'],
    [none, 'the device cpu has no such products'],
  ];
  for (const [found, why] of tried) {
    const { base, told } = await settleBase({ ...run, device: found });
    expect(base).toBe('stored');
    expect(told).toEqual({
      text: `The frozen layers are kept as they are stored instead of in 8 bits, since this machine cannot multiply those: ${why}.`,
      isWarning: true,
    });
  }
});

await describeWithBytes('a run that asks for 8 bits', () => {
  it('gets them, with the figures, where they prove themselves', async () => {
    const { base, told } = await settleBase(run);
    expect(base).toBeUndefined();
    expect(told?.isWarning).toBe(false);
    expect(told?.text).toMatch(figures);
    const { told: without } = await settleBase({ ...run, heldOut: [] });
    expect(without?.text).toContain('loss of 8 training rows');
  });

  it('is the run without them where they do not, from its state too', async () => {
    const settings = settingsOf({ baseBits: 8, baseTolerance: 0 }, 1);
    const { base, told } = await settleBase({ ...run, settings });
    expect(base).toBe('stored');
    expect(told?.isWarning).toBe(true);
    expect(told?.text).toMatch(figures);
    expect(told?.text).toContain('more than the 0 % of base_tolerance');

    const plain = settingsOf({}, 1);
    const wanted = await lossesOf({ ...asked, settings: { ...plain, packWeights: false } });
    expect(await lossesOf({ ...asked, settings, base })).toEqual(wanted);
    const stateFolder = join(folder, 'state');
    const again = await settleBase({ ...run, settings, stateFolder });
    expect(again).toEqual({ base: 'stored' });
    expect(await lossesOf({ ...asked, settings, ...again }, stateFolder)).toEqual(wanted.slice(1));
  });

  it('goes on in them without another proof, or says that the machine cannot', async () => {
    await lossesOf({ ...asked, settings: run.settings });
    const stateFolder = join(folder, 'state');
    expect(await settleBase({ ...run, stateFolder })).toEqual({});
    const { base, told } = await settleBase({ ...run, stateFolder, device: other });
    expect(base).toBe('stored');
    expect(told?.text).toContain('from here on, which changes what is learnt a little');
  });
});
