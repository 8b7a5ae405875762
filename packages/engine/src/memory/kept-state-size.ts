import type { Recipe } from '@lathe/recipe/recipe';
import type { Objective } from '../objectives/objective.ts';

const numberBytes = 4;

/** What decides whether a run keeps what its base model makes of the examples. */
export type KeepingRun = {
  readonly model: { readonly config: { readonly hiddenSize: number } };
  readonly settings: Pick<
    Recipe,
    | 'adaptation'
    | 'precision'
    | 'epochs'
    | 'embeddingNoise'
    | 'memoryLimit'
    | 'keptStateBytes'
    | 'keptDiskBytes'
  >;
  readonly objective: Pick<Objective<never>, 'reads'> & {
    readonly inEpoch?: unknown;
    readonly measured?: unknown;
    readonly tokenScore?: unknown;
  };
};

/**
 * Bytes of the hidden states that a run keeps of so many sequences with so many tokens together, float32; 0 where it keeps
 * none: it trains more than a new head, the base model makes something else of an example in another step (masked words,
 * noise), float16 is asked for, memory is limited, or they are more than `keptStateBytes`.
 */
export function keptStateSize(
  { model, settings, objective }: KeepingRun,
  { sequences, tokens }: { readonly sequences: number; readonly tokens: number },
): number {
  const isHead = settings.adaptation.type === 'head' && settings.precision !== 'float16';
  const isSteady =
    objective.inEpoch === undefined &&
    objective.measured === undefined &&
    settings.embeddingNoise === 0;
  if (!isHead || !isSteady || settings.memoryLimit !== null) return 0;
  const states = objective.reads === undefined ? tokens : sequences;
  const bytes = states * model.config.hiddenSize * numberBytes;
  return bytes > settings.keptStateBytes ? 0 : bytes;
}

/**
 * Bytes of what the frozen layers of a run make of so many tokens, float32, which is kept from the first time that a step
 * shows them; 0 where it is not: they come but once or are others in another epoch (masked words, noise, sampled answers),
 * float16 is asked for, memory is limited, or they are more than `keptStateBytes` and `keptDiskBytes` together.
 */
export function keptLayerSize(
  { model, settings, objective }: KeepingRun,
  { tokens }: { readonly tokens: number },
): number {
  const { epochs, precision, embeddingNoise, memoryLimit } = settings;
  const isSteady =
    epochs > 1 &&
    objective.inEpoch === undefined &&
    objective.tokenScore === undefined &&
    embeddingNoise === 0;
  if (!isSteady || precision === 'float16' || memoryLimit !== null) return 0;
  const bytes = tokens * model.config.hiddenSize * numberBytes;
  return bytes > settings.keptStateBytes + settings.keptDiskBytes ? 0 : bytes;
}
