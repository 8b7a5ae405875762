import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { LengthPolicy } from '@lathe/contracts/http/data';

type Kind = CanonicalRow['kind'];

/** Kinds of which a row has always been several examples where it is long. */
const splitKinds: readonly Kind[] = ['text', 'tagged', 'question'];

/** Whether rows of a kind are split where nothing else is asked for. */
export function areSplit(kind: Kind): boolean {
  return splitKinds.includes(kind);
}

/** Whether a policy can do anything with rows of a kind, but for the reason that `refusalOf` gives. */
export function hasMeaning(policy: LengthPolicy, kind: Kind): boolean {
  return refusalOf(policy, kind) === undefined;
}

function refusalOf(policy: LengthPolicy, kind: Kind): string | undefined {
  if (policy === 'split' && !areSplit(kind))
    return `Rows of the kind ${kind} cannot be split, since an answer or a label belongs to the whole of its row; texts, tags and questions can`;
  if (policy === 'truncate_middle_context' && kind === 'tagged')
    return 'Rows of the kind tagged have no context that could be cut, since each of their words is taught';
  return undefined;
}

/** Throws `invalid_value` for a policy that has no meaning for rows of a kind. */
export function requireMeaning(policy: LengthPolicy, kind: Kind): void {
  const refusal = refusalOf(policy, kind);
  if (refusal === undefined) return;
  throw new LatheError(
    'invalid_value',
    `${refusal}: choose another length policy than ${policy}, such as truncate_end or drop.`,
    { param: 'lathe.data.too_long' },
  );
}
