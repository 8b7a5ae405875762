import type { Trainer } from '@lathe/engine/trainer';
import type { FromEngine } from './engine-message.ts';

/** Tells how many tokens a run saves because it computes what rows begin with once; nothing where it does not. */
export function tellShared(
  { sharedTokens }: Pick<Trainer<never>, 'sharedTokens'>,
  send: (message: FromEngine) => void,
  of: string,
): void {
  if (sharedTokens === undefined) return;
  const { tokens, computed } = sharedTokens;
  const count = (number: number): string => number.toLocaleString('en-US');
  const saved = count(tokens - computed);
  const text = `What rows begin with alike is computed once: of the ${count(tokens)} tokens of ${of}, ${saved} are saved.`;
  send({ kind: 'log', level: 'info', text });
}
