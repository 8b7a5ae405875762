/** One thing that people write about, in many wordings (patterns of grammar.ts). */
export interface Intent {
  /** A short name in words, such as `late parcel`. */
  readonly name: string;
  /** The larger subject that it belongs to, such as `shipping`. */
  readonly area: string;
  /** What a customer or colleague writes. */
  readonly says: readonly string[];
  /** What a helpful person answers. */
  readonly replies: readonly string[];
}

/** Intents of one area from short notation. */
export function area(
  name: string,
  intents: Readonly<Record<string, readonly [says: readonly string[], replies: readonly string[]]>>,
): readonly Intent[] {
  return Object.entries(intents).map(([intent, [says, replies]]) => ({
    name: intent,
    area: name,
    says,
    replies,
  }));
}
