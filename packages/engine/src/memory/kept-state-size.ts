import type { Recipe } from '@lathe/recipe/recipe';
import type { Objective } from '../objectives/objective.ts';

const numberBytes = 4;

/** What decides whether a run keeps what its base model makes of the examples. */
export type KeepingRun = {
  readonly model: { readonly config: { readonly hiddenSize: number } };
  readonly settings: Pick<
    Recipe,
    'adaptation' | 'precision' | 'embeddingNoise' | 'memoryLimit' | 'keptStateBytes'
  >;
  readonly objective: Pick<Objective<never>, 'reads'> & {
    readonly inEpoch?: unknown;
    readonly measured?: unknown;
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
