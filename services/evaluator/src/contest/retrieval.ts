import type { Message } from '@lathe/contracts/artifact/dataset';
import { createBreather } from '@lathe/platform/breather';
import type { ServedModel } from '../models/models.ts';
import type { AnsweredRow, HeldOutRow } from '../texts/held-out.ts';
import type { Entrant, Task, TaskPorts } from './contest.ts';
import { tasksFor } from './contest.ts';
import { countNearHeldOut } from './near-shots.ts';
import { nearestRows } from './nearest-rows.ts';
import { writtenRow } from './written-row.ts';

type Retrieved = {
  readonly rows: readonly HeldOutRow[];
  readonly train: readonly AnsweredRow[];
  /** Rows that are looked up for each question. */
  readonly count: number;
};

/**
 * A model that may look things up: before each question stand the training rows whose questions are nearest to it by BM25, with their
 * answers, as a text in the user's own message, which every chat template takes. As many as fit, the nearest last; null where
 * there is nothing to look up.
 */
export async function retrievalEntrant(
  name: 'base + retrieval' | 'tuned + retrieval',
  model: ServedModel,
  { rows, train, count }: Retrieved & { readonly count: number },
  ports: TaskPorts,
): Promise<Entrant | null> {
  const least = Math.min(count, train.length);
  if (least === 0) return null;
  const nearest = nearestRows(train);
  const breathe = createBreather();
  const tasks: Task[] = [];
  const shown: (readonly AnsweredRow[])[] = [];
  for (const row of rows) {
    await breathe();
    let own: readonly AnsweredRow[] = nearest(row.row, least);
    let found = await tasksFor(model, [lookedUp(row, own)], { ...ports, shots: [] });
    while (found === null && own.length > 0) {
      own = own.slice(1);
      found = await tasksFor(model, [lookedUp(row, own)], { ...ports, shots: [] });
    }
    if (found === null) return null;
    tasks.push(...found);
    shown.push(own);
  }
  const nearHeldOut = countNearHeldOut(rows, shown);
  return { name, model, shots: least, examples: 'nearest', nearHeldOut, tasks };
}

/** The row with what was looked up in its question; its loss is measured so, too. */
function lookedUp(heldOut: HeldOutRow, found: readonly AnsweredRow[]): HeldOutRow {
  if (found.length === 0) return heldOut;
  const { row } = heldOut;
  const text = foundText(found);
  const changed = { ...heldOut, isScored: true };
  if (row.kind === 'completion') {
    const prompt = `${text}${row.prompt}`;
    return { ...changed, context: [{ role: 'user', content: prompt }], row: { ...row, prompt } };
  }
  if (row.kind !== 'chat') return heldOut;
  const at = questionPlace(heldOut.context);
  const told = (messages: readonly Message[]): Message[] =>
    messages.map((message, place) =>
      place === at ? { ...message, content: `${text}${message.content}` } : message,
    );
  return {
    ...changed,
    context: told(heldOut.context),
    row: { ...row, messages: told(row.messages) },
  };
}

/** The last message of the user. */
function questionPlace(context: readonly Message[]): number {
  return context.findLastIndex(({ role }) => role === 'user');
}

function foundText(rows: readonly AnsweredRow[]): string {
  const all = rows.map((row) => {
    const { prompt, expected } = writtenRow(row);
    return `Question: ${prompt}\nAnswer: ${expected}\n\n`;
  });
  return `Similar questions with their answers:\n\n${all.join('')}Now the question to answer:\n`;
}
