import { TokenizerError } from '../error.ts';

/** The parts of a `BPE` model in tokenizer.json. */
export type BpeSpecification = {
  source: string;
  vocabulary: ReadonlyMap<string, number>;
  merges: readonly (readonly [string, string])[];
  /** A word that is in the vocabulary as it stands is one token, whatever the merges would give. */
  ignoreMerges: boolean;
  unknownToken: string | undefined;
  /** One unknown token for a row of unknown characters. */
  fuseUnknown: boolean;
  /** Characters that are not in the vocabulary become tokens of their UTF-8 bytes. */
  byteFallback: boolean;
};

/**
 * Whether words can have a token: one of a single symbol, one that a merge makes, or the unknown one.
 * Entries that fill up a vocabulary are none of these.
 */
export function reachOf(
  { vocabulary, ignoreMerges, unknownToken = '' }: BpeSpecification,
  merges: readonly (readonly [number, number, number])[],
  symbols: Iterable<number | undefined>,
): (token: number) => boolean {
  if (ignoreMerges) return () => true;
  let reached: Set<number | undefined> | undefined;
  return (token) => {
    reached ??= new Set([
      ...merges.map(([, , made]) => made),
      ...symbols,
      vocabulary.get(unknownToken),
    ]);
    return reached.has(token);
  };
}

/** Token ids of each merge: left, right, result. Throws TokenizerError for one without entries. */
export function resolveMerges(
  { source, vocabulary, merges }: BpeSpecification,
  isEntry: (entry: string) => boolean,
): [number, number, number][] {
  const resolve = (entry: string, left: string, right: string): number => {
    const id = vocabulary.get(entry);
    if (id !== undefined && isEntry(entry)) return id;
    throw new TokenizerError(
      source,
      `model.merges: "${left} ${right}" needs "${entry}", which is not in the vocabulary`,
    );
  };
  return merges.map(([left, right]) => [
    resolve(left, left, right),
    resolve(right, left, right),
    resolve(left + right, left, right),
  ]);
}
