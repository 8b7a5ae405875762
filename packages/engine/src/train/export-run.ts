import type { Recipe } from '@lathe/recipe/recipe';
import type { TensorValues } from '../adapt/adaptation.ts';
import { loraScale } from '../adapt/lora.ts';
import { adaptedLinears, targetNames } from '../adapt/targets.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import type { Objective } from '../objectives/objective.ts';
import { writeMergedFolder } from '../peft/merged.ts';
import type { Adapter } from '../peft/peft.ts';
import { writePeftFolder } from '../peft/peft-folder.ts';
import { forTask } from '../peft/peft-head.ts';
import type { ModelState } from '../trained/model-state.ts';

/** What a run gives out. */
export type RunExports = {
  /** The LoRA adapter as it stands. Throws RangeError when the method is another. */
  adapter(): Adapter;
  exportAdapter(folder: string): Promise<void>;
  exportMerged(folder: string): Promise<void>;
};

/** Exports of a run over its current weights. */
export function runExports(
  model: AnyModelFolder,
  { adaptation: method }: Recipe,
  {
    modelState: { state, adaptation, parameters, head },
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
    adapter() {
      if (method.type !== 'lora')
        throw new RangeError(`the method "${method.type}" has no LoRA adapter to export`);
      const tensors: Adapter['tensors'] = new Map();
      for (const { name, shape } of parameters)
        tensors.set(name, { shape, data: (state.tensors.get(name) as Float32Array).slice() });
      const linears = adaptedLinears(model.config, method.targets);
      const { rank, alpha } = method;
      const targets = targetNames(model.config, linears);
      return { rank, alpha, scale: loraScale(method), targets, tensors };
    },
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
