import { UnsupportedModelError } from '../formats/error.ts';
import type { LayerAttention } from './decoder-config.ts';
import { parseScaling, type RawRope, type RopeConfig, ropeSchema } from './rope-config.ts';

/** The fields of config.json that say how positions are rotated, in transformers' older dialect and its newer one. */
export type RopeFields = {
  readonly rope_scaling?: unknown;
  readonly rope_parameters?: unknown;
  readonly rope_theta?: number | undefined;
  readonly partial_rotary_factor?: number | undefined;
  readonly max_position_embeddings: number;
};

type SharedRope = {
  readonly modelType: string;
  readonly headSize: number;
  /** Heads may be rotated in part. */
  readonly isPartial?: boolean;
  /** No scaling is computed. */
  readonly isUnscaled?: boolean;
};

const kinds = ['full_attention', 'sliding_attention'] as const;

/**
 * Rotations where every layer has the same. `rope_scaling`, unless it is null or empty, stands in place of
 * `rope_parameters`, as in transformers 5; `rope_theta` beside them holds where they have none. Throws
 * UnsupportedModelError for what the family does not compute.
 */
export function sharedRope(
  file: string,
  fields: RopeFields,
  { modelType, headSize, isPartial = false, isUnscaled = false }: SharedRope,
): Record<LayerAttention, RopeConfig> {
  const source = !isEmpty(fields.rope_scaling) ? 'rope_scaling' : 'rope_parameters';
  const given = parse(file, source, fields[source]);
  for (const kind of kinds)
    if (kind in given)
      refuse(file, `${source}.${kind}`, `is set, but a ${modelType} model has one for all layers`);
  const ropeScaling = parseScaling(
    file,
    { field: source, rope: given },
    fields.max_position_embeddings,
  );
  const type = given.rope_type ?? given.type ?? 'default';
  if (isUnscaled && type !== 'default')
    refuse(
      file,
      `${source}.rope_type`,
      `is "${type}"; of a ${modelType} model only "default" is supported`,
    );
  const share = given.partial_rotary_factor ?? fields.partial_rotary_factor ?? 1;
  if (share !== 1 && !isPartial)
    refuse(file, fieldOf(given, source), `is ${share}; a ${modelType} model rotates whole heads`);
  const rope: RopeConfig = {
    rotarySize: Math.trunc(headSize * share),
    ropeTheta: given.rope_theta ?? fields.rope_theta ?? 10_000,
    ropeScaling,
  };
  return { full: rope, sliding: rope };
}

/**
 * Rotations by the layer's kind of attention. `thetas` hold where `rope_parameters` has none; `rope_scaling` is laid
 * over the kinds of `scaled`. Throws UnsupportedModelError for what is not computed.
 */
export function nestedRope(
  file: string,
  fields: RopeFields,
  {
    headSize,
    thetas,
    scaled,
  }: {
    readonly headSize: number;
    readonly thetas: Readonly<Record<LayerAttention, number>>;
    readonly scaled: readonly LayerAttention[];
  },
): Record<LayerAttention, RopeConfig> {
  const parameters = (fields.rope_parameters ?? {}) as Readonly<Record<string, unknown>>;
  const surplus = Object.keys(parameters).find((key) => !kinds.some((kind) => kind === key));
  if (surplus !== undefined)
    refuse(file, `rope_parameters.${surplus}`, `stands outside ${kinds.join(' and ')}`);
  const scaling = parse(file, 'rope_scaling', fields.rope_scaling);
  const rope = (kind: LayerAttention): RopeConfig => {
    const field = `rope_parameters.${kind}_attention`;
    const own = parse(file, field, parameters[`${kind}_attention`]);
    const given = scaled.includes(kind) ? { ...own, ...scaling } : own;
    // `type` names the kind only where `rope_type` does not, and the rotations without any other have one.
    const named =
      'rope_type' in given || fields.rope_parameters != null ? {} : { rope_type: 'default' };
    const share = given.partial_rotary_factor ?? fields.partial_rotary_factor ?? 1;
    if (share !== 1)
      refuse(
        file,
        fieldOf(scaling, 'rope_scaling'),
        `is ${share}; a model of the family rotates whole heads`,
      );
    return {
      rotarySize: headSize,
      ropeTheta: given.rope_theta ?? thetas[kind],
      ropeScaling: parseScaling(
        file,
        { field: isEmpty(scaling) ? field : 'rope_scaling', rope: { ...given, ...named } },
        fields.max_position_embeddings,
      ),
    };
  };
  return { full: rope('full'), sliding: rope('sliding') };
}

/** Where the share of a head that is rotated stands. */
function fieldOf(given: RawRope, source: string): string {
  const name = 'partial_rotary_factor';
  return given.partial_rotary_factor === undefined ? name : `${source}.${name}`;
}

function isEmpty(value: unknown): boolean {
  return Object.keys(value ?? {}).length === 0;
}

function parse(file: string, field: string, value: unknown): RawRope {
  const parsed = ropeSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse(file, [field, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is invalid');
}

function refuse(file: string, field: string, problem: string): never {
  throw new UnsupportedModelError(file, field, problem);
}
