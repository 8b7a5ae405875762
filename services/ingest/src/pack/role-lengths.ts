import type { CanonicalRow, Message } from '@lathe/contracts/artifact/dataset';
import type { Insight } from '@lathe/contracts/artifact/insight';
import { createLengthCounts } from './length-counts.ts';

/** How many tokens each text has. */
export type CountTokens = (texts: readonly string[]) => Promise<readonly number[]>;

type Roles = NonNullable<Insight['roles']>;
type Role = Message['role'];

/** In the order in which people look for them. */
const order: readonly Role[] = ['system', 'developer', 'user', 'assistant', 'tool'];

/** How long messages of each role are in tokens; undefined where no row has messages. */
export async function roleLengths(
  rows: readonly CanonicalRow[],
  count: CountTokens,
): Promise<Roles | undefined> {
  const talks = rows.map(messagesOf).filter((each) => each.length > 0);
  if (talks.length === 0) return undefined;
  const messages = talks.flat();
  const tokens = await count(messages.map(({ content }) => content));
  const counts = new Map(order.map((role) => [role, createLengthCounts()]));
  for (const [at, { role }] of messages.entries()) counts.get(role)?.add(tokens[at] ?? 0);
  return {
    rows: talks.length,
    of: [...counts].flatMap(([role, lengths]) =>
      lengths.count() === 0 ? [] : { role, messages: lengths.count(), lengths: lengths.lengths() },
    ),
  };
}

/** All that is said in a row; both answers of a pair. */
function messagesOf(row: CanonicalRow): readonly Message[] {
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
