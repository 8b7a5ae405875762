/**
 * Exports a small run again and again, for tests that kill it:
 *
 *     node killed-export.fixture.ts <folder> <milliseconds>
 *
 * Writes `<folder>/<number>-merged`, `-adapter` and `-state` in turn and kills itself after so many milliseconds from
 * the first of them.
 */
import { join } from 'node:path';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from '../parity/reference.ts';
import { createTrainer } from './trainer.ts';

const [folder = '.', milliseconds = '0'] = process.argv.slice(2);
const { model, examples } = await readReference('tied');
const trainer = await createTrainer({
  model,
  examples,
  objective: causalLm,
  settings: resolveRecipe({ adaptation: { type: 'lora', rank: 64 } }),
});
await trainer.trainStep();
setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(milliseconds));
for (let number = 0; ; number++) {
  await trainer.exportMerged(join(folder, `${number}-merged`));
  await trainer.exportAdapter(join(folder, `${number}-adapter`));
  await trainer.saveState(join(folder, `${number}-state`));
}
