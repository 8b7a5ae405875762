import type { ModelConfig } from '../families/model-config.ts';
import { checkSequence, type ExampleLimits } from './objective.ts';

/** A text for an encoder: tokens, and the type of each where a pair of texts is read. */
export type EncodedText = {
  readonly tokens: Int32Array;
  /** 0 for the first text, 1 for the second; all 0 when absent. */
  readonly types?: Int32Array | undefined;
};

/** Throws RangeError, beginning with `name`, for a text that this model cannot read. */
export function checkText(
  { tokens, types }: EncodedText,
  name: string,
  { limits, config }: { readonly limits: ExampleLimits; readonly config: ModelConfig },
): void {
  checkSequence(tokens, name, limits);
  if (types === undefined) return;
  if (types.length !== tokens.length)
    throw new RangeError(`${name} has ${tokens.length} tokens but ${types.length} token types`);
  const kinds = config.kind === 'encoder' ? config.tokenTypes : 0;
  // A family without types reads none, so that a text of the first type alone does no harm.
  const strange = types.find((type) => type < 0 || (type > 0 && type >= kinds));
  if (strange !== undefined)
    throw new RangeError(`${name} has token type ${strange}; the model knows ${kinds}`);
}

/** The token types of an example's only sequence, for families that have them. */
export function typesOf(
  config: ModelConfig,
): ((example: EncodedText) => readonly Int32Array[]) | undefined {
  if (config.kind !== 'encoder' || config.tokenTypes === 0) return undefined;
  return ({ tokens, types }) => [types ?? new Int32Array(tokens.length)];
}

/** The bytes of a text, for a fingerprint. */
export function textBytes({ tokens, types }: EncodedText): NodeJS.ArrayBufferView[] {
  return types === undefined ? [tokens] : [tokens, types];
}
