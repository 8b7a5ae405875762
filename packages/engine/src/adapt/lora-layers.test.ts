import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelLinears } from '../families/model-config.ts';
import { openGenerator } from '../generate/generator.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from '../parity/reference.ts';
import { readPeftAdapter } from '../peft/peft.ts';
import { createTrainer } from '../train/trainer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-layers-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function trainerOf(layers: number[]) {
  const { model, examples } = await readReference('tied');
  const adaptation = { type: 'lora', rank: 2, targets: ['q_proj'], layers } as const;
  const recipe: RecipeInput = { adaptation: { ...adaptation, targets: ['q_proj'] }, epochs: 2 };
  const settings = resolveRecipe({ ...recipe, learningRate: 1e-2 });
  const trainer = await createTrainer({ model, settings, objective: causalLm, examples });
  return { model, examples, trainer };
}

it('puts adapters on the blocks that are named, as peft writes, reads and serves them', async () => {
  const { model, examples, trainer } = await trainerOf([1]);
  while (trainer.step < trainer.totalSteps) await trainer.trainStep();
  const path = join(folder, 'adapter');
  await trainer.exportAdapter(path);
  const { loss } = await trainer.evaluate(examples);
  await trainer.dispose();

  const config = JSON.parse(await readFile(join(path, 'adapter_config.json'), 'utf8'));
  expect(config.layers_to_transform).toEqual([1]);
  const modules = new Map(
    modelLinears(model.config).map(({ module, inputs, outputs }) => [module, [outputs, inputs]]),
  );
  // As peft names a target that `layers_to_transform` narrows.
  const short = JSON.stringify({ ...config, target_modules: ['q_proj'], layers_to_transform: 1 });
  await writeFile(join(path, 'adapter_config.json'), short);
  const adapter = await readPeftAdapter(path, modules);
  const q = 'model.layers.1.self_attn.q_proj';
  expect([...adapter.tensors.keys()].sort()).toEqual([`${q}.lora_A`, `${q}.lora_B`]);

  const generator = await openGenerator({ model, scoreTokens: 64 });
  generator.loadAdapter('one', adapter);
  expect((await generator.score(examples, { adapter: 'one' })).loss).toBeCloseTo(loss, 5);
  await generator.dispose();
});

it('refuses blocks that are not there, by name', async () => {
  await expect(trainerOf([0, 9])).rejects.toThrow(
    /LoRA layer 9: the model has \d+, counted from 0/,
  );
  await expect(trainerOf([-1])).rejects.toThrow('adaptation.layers.0: Too small');
  const adaptation = { type: 'lora', targets: ['model.layers.0.self_attn.q_proj'], layers: [1] };
  const { model, examples } = await readReference('tied');
  const settings = resolveRecipe({ adaptation } as RecipeInput);
  const run = createTrainer({ model, settings, objective: causalLm, examples });
  await expect(run).rejects.toThrow('no LoRA target lies in the blocks');
});

it('refuses an adapter whose list of blocks cannot be read', async () => {
  const path = join(folder, 'adapter', 'adapter_config.json');
  const config = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...config, layers_to_transform: 'all' }));
  await expect(readPeftAdapter(join(folder, 'adapter'))).rejects.toThrow('layers_to_transform');
});
