import type { Value } from '../graph/value.ts';
import type { DecoderWeights } from '../models/decoder.ts';
import { reshape, split } from '../ops/layout.ts';
import type { FolderTask } from '../predict/task-head.ts';

export type TaskParts = {
  readonly asked: FolderTask;
  readonly weights: DecoderWeights;
  /** [batch · sequence, hiddenSize]. */
  readonly hidden: Value;
  /** Cuts the first axis of such values into batch and sequence. */
  readonly byToken: (x: Value) => Value;
  /** The hidden state that stands for each text, [batch, hiddenSize]. */
  readonly text: () => Value;
};

/**
 * What a model that writes no text answers: `logits` [batch, labels] of texts or [batch, sequence, outputs] of
 * tokens, `start_logits` and `end_logits` [batch, sequence] of spans, or `last_hidden_state` [batch, sequence,
 * hiddenSize] without a head.
 */
export function taskOutputs({
  asked: { task, head },
  weights,
  hidden,
  byToken,
  text,
}: TaskParts): Record<string, Value> {
  if (head === undefined) return { last_hidden_state: byToken(hidden) };
  if (task.kind === 'sequence-classification')
    return { logits: head.scores(weights.tensor, text()) };
  const scores = byToken(head.scores(weights.tensor, hidden));
  if (task.kind !== 'question-answering') return { logits: scores };
  const [start, end] = split(scores, [1, 1], 2) as [Value, Value];
  const flat = (x: Value): Value => reshape(x, ['batch', 'sequence']);
  return { start_logits: flat(start), end_logits: flat(end) };
}
