import type { Message } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { Tool } from '@lathe/contracts/artifact/tool';
import { encodeConversation } from '@lathe/tokenizer/chat-conversation';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import { type Chat, templateChat } from './calls.ts';
import { type AnsweredRow, answerPlace, rankOf, toQuestion } from './held-out.ts';
import type { ModelKit } from './model-kit.ts';
import { templateOf } from './model-kit.ts';

export type ShotOptions = {
  readonly seed: number;
  /** How many examples; when answers are few labels and `isFixed` is false, at least one of each. */
  readonly count: number;
  readonly isFixed: boolean;
  /** At most so many different answers count as labels. */
  readonly labelsMost: number;
};

type Ranked = { readonly rank: number; readonly row: AnsweredRow };

/**
 * Draws examples for a few-shot prompt from the training rows, the same ones for the same seed. When
 * the answers are few labels, every label comes up equally often. Memory holds the drawn rows only.
 */
export async function drawShots(
  rows: AsyncIterable<AnsweredRow>,
  { seed, count, isFixed, labelsMost }: ShotOptions,
): Promise<AnsweredRow[]> {
  if (count === 0) return [];
  const all: Ranked[] = [];
  const byAnswer = new Map<string, Ranked[]>();
  let areLabels = true;
  for await (const row of rows) {
    const ranked = { rank: rankOf(seed, row.line), row };
    keepLowest(all, ranked, count);
    if (!areLabels) continue;
    const { expected } = toQuestion(row);
    const known = byAnswer.get(expected) ?? [];
    byAnswer.set(expected, known);
    keepLowest(known, ranked, count);
    areLabels = byAnswer.size <= labelsMost;
    if (!areLabels) byAnswer.clear();
  }
  if (!areLabels) return all.map(({ row }) => row);
  return takeInTurns([...byAnswer.values()], isFixed ? count : Math.max(count, byAnswer.size));
}

/** Keeps a list sorted by rank, with at most `most` entries. */
function keepLowest(list: Ranked[], next: Ranked, most: number): void {
  const last = list.at(-1);
  if (list.length >= most && last !== undefined && last.rank <= next.rank) return;
  list.push(next);
  list.sort((a, b) => a.rank - b.rank || a.row.line - b.row.line);
  if (list.length > most) list.pop();
}

/** One of each list after the other, lists in the order of their first rank. */
function takeInTurns(lists: Ranked[][], count: number): AnsweredRow[] {
  const order = lists.toSorted((a, b) => (a[0]?.rank ?? 0) - (b[0]?.rank ?? 0));
  const taken: AnsweredRow[] = [];
  for (let turn = 0; taken.length < count; turn++) {
    const before = taken.length;
    for (const list of order) {
      const next = list[turn];
      if (next !== undefined && taken.length < count) taken.push(next.row);
    }
    if (taken.length === before) break;
  }
  return taken;
}

/** Between the examples of a few-shot completion. */
const separator = '\n\n';

/** A row's messages with examples as earlier turns, after the row's own system messages. */
export function withShots(messages: readonly Message[], shots: readonly AnsweredRow[]): Message[] {
  const opening = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const at = opening === -1 ? messages.length : opening;
  const turns = shots.flatMap((shot) => {
    const { context, expected } = toQuestion(shot);
    const asked = context.filter(({ role }) => role !== 'system' && role !== 'developer');
    const answer = shot.kind === 'chat' ? shot.messages[answerPlace(shot.messages)] : undefined;
    if (answer?.tool_calls !== undefined) return [...asked, answer];
    return [...asked, { role: 'assistant' as const, content: expected }];
  });
  // Weight 0: the examples' answers are no targets when the loss is measured.
  const quiet = turns.map((turn) =>
    turn.role === 'assistant' ? { ...turn, weight: 0 as const } : turn,
  );
  return [...messages.slice(0, at), ...quiet, ...messages.slice(at)];
}

/** The tools of a row and of the examples before it, each name once. */
export function toolsOf(row: AnsweredRow, shots: readonly AnsweredRow[]): Tool[] | undefined {
  const all = [row, ...shots].flatMap((each) => (each.kind === 'chat' ? (each.tools ?? []) : []));
  const named = new Map(all.toReversed().map((tool) => [tool.function.name, tool]));
  const tools = all.filter((tool) => named.get(tool.function.name) === tool);
  return tools.length === 0 ? undefined : tools;
}

/** The prompt of a completion with whole examples before it. */
export function completionWithShots(prompt: string, shots: readonly AnsweredRow[]): string {
  const examples = shots.map((shot) =>
    shot.kind === 'completion' ? `${shot.prompt}${shot.completion}` : '',
  );
  return [...examples, prompt].join(separator);
}

/** The tokens that the loss of a row is measured on when examples stand before it. */
export function examplesWithShots(
  kit: ModelKit,
  row: AnsweredRow,
  shots: readonly AnsweredRow[],
): ShardExample[] {
  if (row.kind === 'text') throw new TypeError('a text has no examples before it');
  const encoded =
    row.kind === 'chat'
      ? chatExamples(kit, { messages: withShots(row.messages, shots), tools: toolsOf(row, shots) })
      : [
          encodeCompletion(kit.tokenizer, {
            prompt: completionWithShots(row.prompt, shots),
            completion: row.completion,
            eos: kit.endOfText ?? -1,
          }),
        ];
  return encoded.map(({ tokens, supervised }) => ({
    tokens: Int32Array.from(tokens),
    supervised,
  }));
}

function chatExamples(kit: ModelKit, chat: Chat) {
  const { messages, options } = templateChat(kit, chat);
  return encodeConversation(kit.tokenizer, templateOf(kit, kit.folder), messages, options).examples;
}
