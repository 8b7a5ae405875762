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
