import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { EncodedRow, RowExample } from '@lathe/tokenizer/encoded-row';
import { supervisedCount } from '../render/mask.ts';
import type { Cutting, Fitted } from './cutting.ts';

type Chat = Extract<CanonicalRow, { kind: 'chat' }>;

/**
 * Sequences of a model that writes, each without what is beyond the limit: no end-of-turn token is taught where an
 * answer was cut. undefined where one has nothing left to learn, or a pair of answers nothing that tells them apart.
 */
export function withoutTheirEnds(
  row: CanonicalRow,
  encoded: EncodedRow,
  maxTokens: number,
): Fitted | undefined {
  const examples = encoded.examples.map((example) => cutTo(example, maxTokens));
  if (examples.some(({ supervised }) => supervisedCount(supervised) === 0)) return undefined;
  const [better, worse] = examples;
  if (row.kind === 'preference' && better && worse && better.tokens.join() === worse.tokens.join())
    return undefined;
  return { row, encoded: { ...encoded, examples }, isOpen: true };
}

/** A text without what is beyond the limit, in pieces. */
export function textWithoutEnd(
  row: CanonicalRow,
  encoded: EncodedRow,
  maxTokens: number,
): Fitted | undefined {
  let room = maxTokens;
  const examples: RowExample[] = [];
  for (const example of encoded.examples) {
    // A piece of one token would have nothing to predict.
    if (room > 1) examples.push(cutTo(example, room));
    room -= example.tokens.length;
  }
  return { row, encoded: { ...encoded, examples }, isOpen: true };
}

/**
 * A conversation up to the last answer of which something fits, and that answer as far as it fits. Answers that are beyond the limit
 * go with all that was asked for them. undefined where none fits.
 */
export function chatWithoutEnd(row: Chat, { encoder, room }: Cutting): Fitted | undefined {
  const answers = row.messages.flatMap(({ role, weight }, at) =>
    role === 'assistant' && weight !== 0 ? [at] : [],
  );
  // How much fits grows with the conversation, so that the last that fits is found by halves.
  let found: Fitted | undefined;
  let low = 0;
  let high = answers.length - 1;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const messages = row.messages.slice(0, (answers[middle] ?? 0) + 1);
    const shorter = { ...row, messages };
    const encoded = encoder.encode(shorter, room);
    const fitted =
      'issue' in encoded || !endsWithin(encoded, room.maxTokens)
        ? undefined
        : withoutTheirEnds(shorter, encoded, room.maxTokens);
    if (fitted === undefined) high = middle - 1;
    else {
      found = fitted;
      low = middle + 1;
    }
  }
  return found;
}

/** Whether the last answer of the last sequence begins within the limit. */
function endsWithin({ examples }: EncodedRow, maxTokens: number): boolean {
  const supervised = examples.at(-1)?.supervised;
  if (supervised === undefined) return false;
  let at = supervised.length - 1;
  while (at >= 0 && supervised[at] === 0) at--;
  while (at > 0 && supervised[at - 1] !== 0) at--;
  return at < maxTokens;
}

function cutTo(example: RowExample, length: number): RowExample {
  return {
    ...example,
    tokens: example.tokens.slice(0, length),
    supervised: example.supervised.slice(0, length),
    ...(example.types && { types: example.types.slice(0, length) }),
  };
}
