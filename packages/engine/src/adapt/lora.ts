import type { AdaptationOf } from '@lathe/recipe/adaptation';
import type { LinearPlan } from '../families/decoder-tensors.ts';
import { child } from '../nn/seed.ts';
import { loraContent } from '../peft/adapter-config.ts';
import { inLayers } from '../peft/peft.ts';
import { type PeftContent, peftPrefix } from '../peft/peft-folder.ts';
import {
  type Adaptation,
  type AdaptTarget,
  type AddedTensor,
  type FixedTensor,
  plainAdaptation,
  type TensorValues,
} from './adaptation.ts';
import { asStored, readLinear } from './base-weight.ts';
import { eightBitBase } from './eight-bit-base.ts';
import { fourBitBase } from './four-bit-base.ts';
import { below, beside } from './joined-matrices.ts';
import { doraLinear, loraLinear } from './lora-layer.ts';
import { loraName, loraShapes, startA } from './lora-start.ts';
import { principalParts } from './principal-parts.ts';
import type { QuantizedBase } from './quantized-base.ts';
import { adaptedLinears, targetNames } from './targets.ts';

/** The factor on B·A: alpha / rank (Hu et al. 2021), or alpha / √rank (Kalajdzievski 2023). */
function loraScale(
  settings: Pick<AdaptationOf<'lora'>, 'rank' | 'alpha' | 'rankStabilized'>,
): number {
  const { rank, alpha, rankStabilized } = settings;
  return rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank;
}

/** What every part of the method needs to know. */
type Plan = {
  readonly settings: AdaptationOf<'lora'>;
  readonly target: AdaptTarget;
  readonly linears: readonly LinearPlan[];
  readonly scale: number;
  /** Where PiSSA starts, by module. */
  readonly principal: ReadonlyMap<string, Start>;
  /** The frozen layers in fewer bits, where the settings ask for that. */
  readonly base: QuantizedBase | undefined;
};
type Start = { readonly a: Float32Array; readonly b: Float32Array };

/**
 * Low-rank adaptation of the layers that `targets` names, with its relatives: rank-stabilised scale, DoRA's
 * magnitudes (Liu et al. 2024), another learning rate for B (LoRA+, Hayou et al. 2024), and PiSSA's start
 * from the principal parts of W (Meng et al. 2024), for which W − s·B₀A₀ stays in place of W.
 */
export async function lora(
  settings: AdaptationOf<'lora'>,
  target: AdaptTarget,
): Promise<Adaptation> {
  if (settings.dora && settings.initial === 'pissa')
    throw new RangeError("DoRA does not go with PiSSA's start");
  if (settings.baseBits !== undefined && (settings.dora || settings.initial === 'pissa'))
    throw new RangeError(
      `a base of ${settings.baseBits} bits goes with plain LoRA, not with DoRA or a start from PiSSA`,
    );
  const linears = chosenLinears(settings, target);
  const base = await quantizedBase(settings, target);
  const scale = loraScale(settings);
  const principal = new Map<string, Start>();
  if (settings.initial === 'pissa')
    for (const linear of linears)
      principal.set(linear.module, await principalStart(settings, target, linear));
  const plan: Plan = { settings, target, linears, scale, principal, base };
  return {
    ...plainAdaptation,
    added: linears.flatMap((linear) => addedTensors(plan, linear)),
    fixed: [
      ...(base?.fixed ?? []),
      ...[...principal].flatMap(([module, start]) => fixedTensors(plan, module, start)),
    ],
    hooks: hooksOf(plan),
    content: (values) => content(plan, values),
    merged: (values) => merged(plan, values),
  };
}

function quantizedBase(
  { baseBits }: AdaptationOf<'lora'>,
  target: AdaptTarget,
): Promise<QuantizedBase> | undefined {
  if (baseBits === undefined) return undefined;
  return baseBits === 4 ? fourBitBase(target) : eightBitBase(target);
}

/** The layers that `targets` names in the blocks that `layers` does. Throws RangeError where there are none. */
function chosenLinears({ targets, layers }: AdaptationOf<'lora'>, { model }: AdaptTarget) {
  const { config } = model;
  const strange = layers?.find((layer) => layer >= config.layers);
  if (strange !== undefined)
    throw new RangeError(`LoRA layer ${strange}: the model has ${config.layers}, counted from 0`);
  const linears = adaptedLinears(config, targets).filter(({ module }) => inLayers(module, layers));
  if (linears.length === 0)
    throw new RangeError('no LoRA target lies in the blocks that `layers` names');
  return linears;
}

/** A = √(s/scale)·Vᵀ and B = U·√(s/scale) of the largest singular values: scale·B·A is that part of W. */
async function principalStart(
  settings: AdaptationOf<'lora'>,
  { model, seed }: AdaptTarget,
  linear: LinearPlan,
): Promise<Start> {
  const { rank } = settings;
  const { inputs, outputs, module } = linear;
  const weight = await readLinear(model, linear);
  const { left, values, right } = principalParts(weight, {
    rows: outputs,
    columns: inputs,
    rank,
    seed: child(seed, 'pissa', module),
  });
  const root = (at: number): number => Math.sqrt(values[at]! / loraScale(settings));
  return {
    a: Float32Array.from(right, (x, at) => x * root(Math.floor(at / inputs))),
    b: Float32Array.from(left, (x, at) => x * root(at % rank)),
  };
}

function addedTensors(plan: Plan, linear: LinearPlan): AddedTensor[] {
  const { settings, target, principal } = plan;
  const { rank, initial } = settings;
  const { module, outputs } = linear;
  const shapes = loraShapes(linear, rank);
  const start = principal.get(module);
  const tensors: AddedTensor[] = [
    {
      name: loraName(module, 'A'),
      shape: shapes.A,
      decays: true,
      start: () =>
        start?.a.slice() ??
        startA(linear, rank, {
          seed: target.seed,
          initial: initial === 'gaussian' ? 'gaussian' : 'kaiming',
        }),
    },
    {
      name: loraName(module, 'B'),
      shape: shapes.B,
      decays: true,
      rate: settings.rateRatioB,
      start: () => start?.b.slice() ?? new Float32Array(outputs * rank),
    },
  ];
  if (settings.dora)
    tensors.push({
      name: loraName(module, 'magnitude'),
      shape: [outputs],
      decays: true,
      start: async () => rowNorms(await readLinear(target.model, linear), linear.inputs),
    });
  return tensors;
}

function fixedTensors({ settings, linears }: Plan, module: string, start: Start): FixedTensor[] {
  const linear = linears.find((plan) => plan.module === module) as LinearPlan;
  const shapes = loraShapes(linear, settings.rank);
  return [
    { name: startName(module, 'A'), shape: shapes.A, data: start.a },
    { name: startName(module, 'B'), shape: shapes.B, data: start.b },
  ];
}

function startName(module: string, part: 'A' | 'B'): string {
  return `${loraName(module, part)}.start`;
}

function hooksOf({ settings, linears, scale, base: quantized }: Plan): Adaptation['hooks'] {
  const modules = new Set(linears.map(({ module }) => module));
  return ({ tensor, dropped, dropoutScale }) => ({
    linear(module, x, stored) {
      const base = quantized?.linear(module, stored, tensor) ?? stored;
      if (!modules.has(module)) return base.whole(x);
      const factors = {
        a: tensor(loraName(module, 'A')),
        b: tensor(loraName(module, 'B')),
        scale: scale * dropoutScale,
      };
      const input = dropped(module, x);
      if (settings.dora) {
        const magnitude = tensor(loraName(module, 'magnitude'));
        return doraLinear(base, { x, dropped: input }, { magnitude, scale, factors });
      }
      const adapted = loraLinear(base.whole(x), input, factors);
      if (settings.initial !== 'pissa') return adapted;
      const start = { a: tensor(startName(module, 'A')), b: tensor(startName(module, 'B')) };
      return loraLinear(adapted, x, { ...start, scale: -scale });
    },
  });
}

/**
 * The adapter as peft stores it. PiSSA's becomes a plain adapter of twice the rank, B·A − B₀·A₀, so that it
 * works beside the unchanged base model.
 */
function content(
  { settings, target, linears, principal }: Plan,
  values: TensorValues,
): PeftContent {
  const { config } = target.model;
  const doubled = settings.initial === 'pissa';
  const rank = doubled ? 2 * settings.rank : settings.rank;
  // alpha / (2r) (or alpha / √(2r)) must stay what it was for r.
  const alpha = doubled
    ? settings.alpha * (settings.rankStabilized ? Math.SQRT2 : 2)
    : settings.alpha;
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const linear of linears) {
    const { module } = linear;
    const shapes = loraShapes(linear, rank);
    const a = values.get(loraName(module, 'A')) as Float32Array;
    const b = values.get(loraName(module, 'B')) as Float32Array;
    const start = principal.get(module);
    const key = (part: 'A' | 'B'): string => `${peftPrefix}${loraName(module, part)}.weight`;
    tensors.set(key('A'), { shape: shapes.A, data: start ? below(a, start.a) : a });
    tensors.set(key('B'), {
      shape: shapes.B,
      data: start
        ? beside(
            b,
            start.b.map((x) => -x),
            settings.rank,
          )
        : b,
    });
    const magnitude = values.get(loraName(module, 'magnitude'));
    if (magnitude !== undefined)
      tensors.set(`${peftPrefix}${loraName(module, 'magnitude')}`, {
        shape: [linear.outputs],
        data: magnitude,
      });
  }
  const targets = targetNames(config, linears);
  return loraContent({ rank, alpha, dropout: settings.dropout, targets }, tensors, {
    fan_in_fan_out: config.kind === 'decoder' && config.transposed,
    layers_to_transform: settings.layers?.toSorted((a, b) => a - b) ?? null,
    task_type: config.kind === 'decoder' ? 'CAUSAL_LM' : null,
    use_dora: settings.dora,
    use_rslora: settings.rankStabilized,
  });
}

/** W + scale·(B·A − B₀·A₀) for every layer; of DoRA's with its rows brought to their magnitudes. */
async function merged(
  { target, linears, scale, principal }: Plan,
  values: TensorValues,
): Promise<Map<string, Float32Array>> {
  const changed = new Map<string, Float32Array>();
  for (const linear of linears) {
    const { module, inputs } = linear;
    const weight = await readLinear(target.model, linear);
    const a = values.get(loraName(module, 'A')) as Float32Array;
    const b = values.get(loraName(module, 'B')) as Float32Array;
    addProduct(weight, { a, b, scale, inputs });
    const start = principal.get(module);
    if (start !== undefined) addProduct(weight, { ...start, scale: -scale, inputs });
    const magnitude = values.get(loraName(module, 'magnitude'));
    if (magnitude !== undefined) {
      const norms = rowNorms(weight, inputs);
      for (let at = 0; at < weight.length; at++) {
        const row = Math.floor(at / inputs);
        weight[at]! *= magnitude[row]! / norms[row]!;
      }
    }
    changed.set(`${module}.weight`, asStored(weight, linear));
  }
  return changed;
}

/** weight [outputs, inputs] += scale · b [outputs, rank] · a [rank, inputs], summed in float64 row by row. */
function addProduct(
  weight: Float32Array,
  { a, b, scale, inputs }: Start & { readonly scale: number; readonly inputs: number },
): void {
  const rank = a.length / inputs;
  const sum = new Float64Array(inputs);
  for (let row = 0; row * inputs < weight.length; row++) {
    sum.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = b[row * rank + k]!;
      for (let i = 0; i < inputs; i++) sum[i]! += factor * a[k * inputs + i]!;
    }
    for (let i = 0; i < inputs; i++) weight[row * inputs + i]! += scale * sum[i]!;
  }
}

/** √Σ x² of each row. */
function rowNorms(matrix: Float32Array, columns: number): Float32Array {
  const norms = new Float32Array(matrix.length / columns);
  for (const row of norms.keys()) {
    let square = 0;
    for (let i = 0; i < columns; i++) square += matrix[row * columns + i]! ** 2;
    norms[row] = Math.sqrt(square);
  }
  return norms;
}
