import { completionWithShots, examplesWithShots, toolsOf, withShots } from './few-shot.ts';
import type { AnsweredRow } from './held-out.ts';
import type { ModelKit } from './model-kit.ts';
import { promptTokens } from './prompt.ts';
import type { AnswerLimits, AskedRow, RowToAsk, TextModel } from './text-task.ts';

/**
 * What a model is asked for these rows, with examples in each prompt; null when a prompt with its answer does not fit
 * the model's context.
 */
export function askRows(
  kit: ModelKit,
  model: TextModel,
  task: {
    readonly rows: readonly RowToAsk[];
    readonly shots: readonly AnsweredRow[];
    readonly limits: AnswerLimits;
  },
): AskedRow[] | null {
  const { shots, limits } = task;
  const asked: AskedRow[] = [];
  for (const { row, context, expected, calls, isScored = shots.length > 0 } of task.rows) {
    if (row.kind === 'text') {
      asked.push({ prompt: [], maxTokens: 0, examples: null });
      continue;
    }
    const messages =
      row.kind === 'chat'
        ? withShots(context, shots)
        : [{ role: 'user' as const, content: completionWithShots(row.prompt, shots) }];
    const prompt = promptTokens(kit, model, { messages, tools: toolsOf(row, shots) });
    const length = kit.tokenizer.encode(expected).length + callFrame(kit, calls);
    // A row may be as long as the context: then its answer has no slack, which is no reason not to ask.
    const left = model.room - prompt.length;
    const maxTokens = Math.min(
      length + limits.answerSlack,
      Math.max(limits.answerMost, length + 1),
      left,
    );
    const examples = isScored ? examplesWithShots(kit, row, shots) : null;
    if (left < (shots.length > 0 ? length + 1 : 1)) return null;
    if (examples?.some(({ tokens }) => tokens.length > model.room)) return null;
    asked.push({ prompt, maxTokens, examples });
  }
  return asked;
}

/** Tokens that calls are written with besides their names and arguments, one call as the other. */
function callFrame(kit: ModelKit, calls: RowToAsk['calls']): number {
  if (calls === undefined || !('form' in kit.tools)) return 0;
  const { lead, middle, close } = kit.tools.form;
  return calls.length * kit.tokenizer.encode(lead + middle + close, { special: true }).length;
}
