import type { Value } from '../graph/value.ts';
import { mul, sub } from '../ops/elementwise.ts';
import type { StateGroup } from './flat-state.ts';
import type { UpdateInputs } from './optimizer.ts';

/**
 * Decoupled weight decay: p·(1 − lr·wd), lr the group's own learning rate; p where the group is spared.
 * The scalar `decay` is lr·wd.
 */
export function decayed(
  weights: Value,
  group: StateGroup,
  { weightDecay, scalar }: Pick<UpdateInputs, 'scalar'> & { readonly weightDecay: number },
): Value {
  if (weightDecay === 0 || !group.decays) return weights;
  const decay = group.rate === 1 ? scalar('decay') : mul(scalar('decay'), group.rate);
  return mul(weights, sub(1, decay));
}

/** The learning rate of a group, from the scalar `rate`. */
export function groupRate({ rate }: StateGroup, scalar: UpdateInputs['scalar']): Value {
  return rate === 1 ? scalar('rate') : mul(scalar('rate'), rate);
}
