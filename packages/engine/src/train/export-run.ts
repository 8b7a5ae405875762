import type { Recipe } from '@lathe/recipe/recipe';
import type { TensorValues } from '../adapt/adaptation.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import type { Objective } from '../objectives/objective.ts';
import { writeMergedFolder } from '../peft/merged.ts';
import { writePeftFolder } from '../peft/peft-folder.ts';
import { forTask } from '../peft/peft-head.ts';
import type { ModelState } from '../trained/model-state.ts';

/** What a run gives out. */
export type RunExports = {
  exportAdapter(folder: string): Promise<void>;
  exportMerged(folder: string): Promise<void>;
};

/** Exports of a run over its current weights. */
export function runExports(
  model: AnyModelFolder,
  { adaptation: method }: Recipe,
  {
    modelState: { state, adaptation, head },
    task,
  }: { readonly modelState: ModelState; readonly task: Objective<never>['task'] },
): RunExports {
  const values = (): TensorValues => state.tensors;
  const headTensors = () =>
    new Map(
      head.map(({ name, shape }) => [
        name,
        { shape, data: state.tensors.get(name) as Float32Array },
      ]),
    );
  return {
    async exportAdapter(folder) {
      const content = adaptation.content(values());
      if (content === undefined)
        throw new RangeError(
          `the method "${method.type}" changes the model itself; it has no adapter`,
        );
      const whole = await forTask(content, { model, task, head: headTensors() });
      await writePeftFolder(folder, whole, model.name);
    },
    async exportMerged(folder) {
      const changed = await adaptation.merged(values());
      if (changed === undefined)
        throw new RangeError(`what "${method.type}" trains cannot be merged into the model`);
      for (const { name } of head) changed.delete(name);
      await writeMergedFolder(model, changed, folder, { added: headTensors(), task });
    },
  };
}
