import type { AdaptationOf } from '@lathe/recipe/adaptation';
import { decoderNames } from '../families/decoder-families.ts';
import { encoderNames } from '../families/encoder-names.ts';
import { type ModelConfig, modelTensors } from '../families/model-config.ts';
import type { Adaptation, AdaptTarget } from './adaptation.ts';
import { plainAdaptation } from './adaptation.ts';

/** Every weight trains. */
export const fullTraining: Adaptation = {
  ...plainAdaptation,
  trains: () => true,
  content: () => undefined,
  merged: async (values) => new Map(values),
};

/** Only the objective's new head trains. */
export const headTraining: Adaptation = {
  ...plainAdaptation,
  content: () => undefined,
  merged: async (values) => new Map(values),
};

/**
 * Some weights of the model train: the last so many blocks with the norm after them, or those whose names
 * match a pattern. Throws RangeError when that is none, or when a pattern matches nothing.
 */
export function layerTraining(
  { last, names }: AdaptationOf<'layers'>,
  { model }: AdaptTarget,
): Adaptation {
  if ((last === undefined) === (names === undefined))
    throw new RangeError('the method "layers" needs either `last` or `names`');
  const all = [...modelTensors(model.config).keys()];
  const chosen =
    names === undefined ? lastBlocks(model.config, last ?? 0, all) : matching(names, all);
  return { ...headTraining, trains: (name) => chosen.has(name) };
}

function lastBlocks(config: ModelConfig, last: number, all: readonly string[]): Set<string> {
  if (last > config.layers)
    throw new RangeError(`the model has ${config.layers} layers; \`last\` is ${last}`);
  const blocks =
    config.kind === 'decoder'
      ? decoderNames(config).block(0).output
      : encoderNames(config).block(0).output;
  const [before = ''] = blocks.split('.0.');
  const final =
    config.kind === 'decoder' ? decoderNames(config).finalNorm : encoderNames(config).finalNorm;
  const first = config.layers - last;
  const inBlock = new RegExp(`^${before.replaceAll('.', '\\.')}\\.(\\d+)\\.`);
  return new Set(
    all.filter((name) => {
      const block = inBlock.exec(name)?.[1];
      return block === undefined
        ? final !== '' && name.startsWith(`${final}.`)
        : Number(block) >= first;
    }),
  );
}

function matching(patterns: readonly string[], all: readonly string[]): Set<string> {
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    const expression = new RegExp(`^${parts.join('.*')}$`);
    const found = all.filter((name) => expression.test(name));
    if (found.length === 0)
      throw new RangeError(`the pattern "${pattern}" matches no weight of the model`);
    for (const name of found) chosen.add(name);
  }
  return chosen;
}
