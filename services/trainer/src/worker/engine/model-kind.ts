import { isAdapter } from '@lathe/recipe/adaptation';
import type { RecipeInput } from '@lathe/recipe/recipe';

/**
 * What such a run ends in: an adapter beside its base model, or weights of its own, which chat can serve. What
 * goes on from weights of its own has such again, so that it needs nobody else's; virtual tokens cannot.
 */
export function modelKind({
  recipe: { adaptation = { type: 'lora' } },
  start,
}: {
  readonly recipe: Pick<RecipeInput, 'adaptation'>;
  readonly start: { readonly kind: 'adapter' | 'merged' } | null;
}): 'adapter' | 'merged' {
  return isAdapter(adaptation) && start?.kind !== 'merged' ? 'adapter' : 'merged';
}

/** `random` where the weights of the base model are not asked for. */
export function initialOf({ adaptation }: Pick<RecipeInput, 'adaptation'>): 'random' | undefined {
  return adaptation?.type === 'full' ? adaptation.initial : undefined;
}

/** The folder of a model with a tokenizer of its own has no weights: those of the base model are of other tokens. */
export function weightsOf({ adaptation }: Pick<RecipeInput, 'adaptation'>): 'none' | 'required' {
  return adaptation?.type === 'full' && adaptation.tokenizer !== undefined ? 'none' : 'required';
}
