import { canonicalRowSchema, type Message } from '@lathe/contracts/artifact/dataset';
import type { Insight } from '@lathe/contracts/artifact/insight';
import { createLengthCounts } from './length-counts.ts';

/** How many tokens each text has. */
export type CountTokens = (texts: readonly string[]) => Promise<readonly number[]>;

type Roles = NonNullable<Insight['roles']>;
type Role = Message['role'];

/** Rows of which messages are looked at. */
const mostRows = 500;

/** In the order in which people look for them. */
const order: readonly Role[] = ['system', 'developer', 'user', 'assistant', 'tool'];

/**
 * How long messages of each role are in tokens, of some rows that are drawn by their places, the same ones each time; memory does not
 * grow with the rows.
 */
export function createRoleLengths() {
  let kept: { readonly rank: number; readonly json: string }[] = [];
  let highest = Number.POSITIVE_INFINITY;
  let places = 0;
  const shrink = (): void => {
    kept = kept.toSorted((a, b) => a.rank - b.rank).slice(0, mostRows);
    if (kept.length === mostRows) highest = kept.at(-1)?.rank ?? highest;
  };
  return {
    add(json: string): void {
      const rank = Math.imul(++places, 0x9e3779b1) >>> 0;
      if (rank >= highest) return;
      kept.push({ rank, json });
      if (kept.length >= 2 * mostRows) shrink();
    },
    /** undefined where no row has messages. */
    async finish(count: CountTokens): Promise<Roles | undefined> {
      shrink();
      const rows = kept.map(({ json }) => messagesOf(json)).filter((each) => each.length > 0);
      if (rows.length === 0) return undefined;
      const messages = rows.flat();
      const tokens = await count(messages.map(({ content }) => content));
      const counts = new Map(order.map((role) => [role, createLengthCounts()]));
      for (const [at, { role }] of messages.entries()) counts.get(role)?.add(tokens[at] ?? 0);
      return {
        rows: rows.length,
        of: [...counts].flatMap(([role, lengths]) =>
          lengths.count() === 0
            ? []
            : { role, messages: lengths.count(), lengths: lengths.lengths() },
        ),
      };
    },
  };
}

/** All that is said in a row; both answers of a pair. */
function messagesOf(json: string): readonly Message[] {
  const row = canonicalRowSchema.parse(JSON.parse(json));
  switch (row.kind) {
    case 'chat':
    case 'prompt':
      return row.messages;
    case 'preference':
      return [...row.messages, row.preferred, row.rejected];
    case 'judged':
      return [...row.messages, row.answer];
    default:
      return [];
  }
}
