import type { AdaptationOf } from '@lathe/recipe/adaptation';
import { familyOf } from '../families/decoder-families.ts';
import type { EncoderType } from '../families/encoder-config.ts';
import { readTensor } from '../formats/safetensors.ts';
import { mul } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import { peftPrefix } from '../peft/peft-folder.ts';
import { type Adaptation, type AdaptTarget, plainAdaptation } from './adaptation.ts';
import { adaptedLinears, namesModule } from './targets.ts';

type Defaults = { readonly targets: readonly string[]; readonly feedForward: readonly string[] };

const bertLike: Defaults = {
  targets: ['key', 'value', 'output.dense'],
  feedForward: ['output.dense'],
};

/** peft's choice for each family of encoders, and the like of it where peft has none. */
const encoders: Readonly<Record<EncoderType, Defaults>> = {
  bert: bertLike,
  roberta: bertLike,
  distilbert: { targets: ['k_lin', 'v_lin', 'lin2'], feedForward: ['lin2'] },
  modernbert: { targets: ['Wqkv', 'mlp.Wo'], feedForward: ['mlp.Wo'] },
};

/**
 * IA³ (Liu et al. 2022): a learned vector l scales the output of some layers, (x·Wᵀ + b)·l, and the input
 * of feed-forward ones, (x·l)·Wᵀ + b. All start at 1.
 */
export function ia3(settings: AdaptationOf<'ia3'>, { model }: AdaptTarget): Adaptation {
  const { config } = model;
  const usual = config.kind === 'decoder' ? familyOf(config).ia3 : encoders[config.modelType];
  const targets = settings.targets ?? usual.targets;
  const feedForward =
    settings.feedForward ?? usual.feedForward.filter((name) => targets.includes(name));
  const isFeedForward = (module: string): boolean =>
    feedForward.some((name) => namesModule(name, module));
  const linears = new Map(adaptedLinears(config, targets).map((plan) => [plan.module, plan]));
  const nameOf = (module: string): string => `${module}.ia3_l`;
  const added = [...linears.values()].map(({ module, inputs, outputs }) => {
    const shape = isFeedForward(module) ? [1, inputs] : [outputs, 1];
    const size = shape[0]! * shape[1]!;
    return {
      name: nameOf(module),
      shape,
      decays: true,
      start: () => new Float32Array(size).fill(1),
    };
  });
  return {
    ...plainAdaptation,
    added,
    hooks: ({ tensor }) => ({
      linear(module, x, base) {
        const plan = linears.get(module);
        if (plan === undefined) return base.whole(x);
        const scale = tensor(nameOf(module));
        return isFeedForward(module)
          ? base.whole(mul(x, scale))
          : mul(base.whole(x), reshape(scale, [1, plan.outputs]));
      },
    }),
    content: (values) => ({
      kind: 'Scaling vectors (IA³)',
      config: {
        peft_type: 'IA3',
        task_type: config.kind === 'decoder' ? 'CAUSAL_LM' : null,
        target_modules: [...targets].sort(),
        feedforward_modules: [...feedForward].sort(),
        fan_in_fan_out: config.kind === 'decoder' && config.transposed,
        init_ia3_weights: true,
        modules_to_save: null,
      },
      tensors: new Map(
        added.map(({ name, shape }) => [
          `${peftPrefix}${name}`,
          { shape, data: values.get(name) as Float32Array },
        ]),
      ),
    }),
    async merged(values) {
      const changed = new Map<string, Float32Array>();
      for (const { module, transposed } of linears.values()) {
        const scale = values.get(nameOf(module)) as Float32Array;
        const entry = model.tensors.get(`${module}.weight`);
        if (entry === undefined) throw new RangeError(`${model.path} has no weights for ${module}`);
        const weight = await readTensor(entry);
        const width = entry.shape.at(-1) as number;
        // A feed-forward layer's vector runs along the inputs, any other's along the outputs.
        const alongRow = isFeedForward(module) !== transposed;
        changed.set(
          `${module}.weight`,
          weight.map((x, at) => x * scale[alongRow ? at % width : Math.floor(at / width)]!),
        );
        const bias = model.tensors.get(`${module}.bias`);
        if (bias !== undefined && !isFeedForward(module)) {
          const numbers = await readTensor(bias);
          changed.set(
            `${module}.bias`,
            numbers.map((x, at) => x * scale[at]!),
          );
        }
      }
      return changed;
    },
  };
}
