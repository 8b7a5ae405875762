import { join } from 'node:path';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { external, type Value } from '../graph/value.ts';
import { baseLinears } from '../models/base-linear.ts';
import type { DecoderWeights } from '../models/decoder.ts';

/** Where the weights of an exported graph lie, in the order in which the graph asked for them. */
export type WeightLayout = {
  readonly weights: DecoderWeights;
  /** Name, first byte and length of each weight, known once the graph is built. */
  readonly placed: readonly PlacedWeight[];
};

type PlacedWeight = {
  readonly name: string;
  readonly offset: number;
  readonly byteLength: number;
};

/** Weights begin at multiples of this many bytes, so that runtimes can map them. */
const alignment = 64;

/** Every weight of a model as float32 in one file beside the graph, laid out as the graph asks for it. */
export function layOutWeights(model: AnyModelFolder, folder: string, file: string): WeightLayout {
  const placed: PlacedWeight[] = [];
  const made = new Map<string, Value>();
  let end = 0;
  const tensor = (name: string): Value => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const entry = model.tensors.get(name);
    if (entry === undefined) throw new Error(`${model.path} lacks the weight ${name}`);
    const { shape } = entry;
    const byteLength = 4 * shape.reduce((product, size) => product * size, 1);
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + byteLength;
    const value = external(name, {
      file: join(folder, file),
      offset,
      byteLength,
      shape,
      dtype: 'float32',
    });
    placed.push({ name, offset, byteLength });
    made.set(name, value);
    return value;
  };
  return { weights: { tensor, linear: baseLinears(model.config, tensor) }, placed };
}
