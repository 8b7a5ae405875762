import type { Message } from '@lathe/contracts/artifact/dataset';
import { createBreather } from '@lathe/platform/breather';
import type { ServedModel } from '../models/models.ts';
import type { AnsweredRow, HeldOutRow } from '../texts/held-out.ts';
import type { Entrant, Task, TaskPorts } from './contest.ts';
import { tasksFor } from './contest.ts';
import { countNearHeldOut } from './near-shots.ts';
import { type Nearness, nearestItems, type Shelf } from './shelf.ts';

/** Where things are looked up, and by what: training rows or documents, by words or by vectors. */
export type LookingWay = 'retrieval' | 'vectors' | 'documents' | 'document vectors';

type Retrieved = {
  readonly rows: readonly HeldOutRow[];
  readonly shelf: Shelf;
  readonly nearness: Nearness;
  /** Items that are looked up for each question. */
  readonly count: number;
};

/**
 * A model that may look things up: before each question stand the items of a shelf that are nearest to it, as a text in the user's
 * own message, which every chat template takes. As many as fit, the nearest last; null where there is nothing to look up.
 */
export async function retrievalEntrant(
  name: `${'base' | 'tuned'} + ${LookingWay}`,
  model: ServedModel,
  { rows, shelf, nearness, count }: Retrieved,
  ports: TaskPorts,
): Promise<Entrant | null> {
  const least = Math.min(count, shelf.items.length);
  if (least === 0) return null;
  const breathe = createBreather();
  const tasks: Task[] = [];
  const shown: AnsweredRow[][] = [];
  for (const row of rows) {
    await breathe();
    const places = nearestItems(nearness(row.row), least);
    let own = places.flatMap((place) => shelf.items[place] ?? []);
    let found = await tasksFor(model, [lookedUp(row, { ...shelf, items: own })], noShots(ports));
    while (found === null && own.length > 0) {
      own = own.slice(1);
      found = await tasksFor(model, [lookedUp(row, { ...shelf, items: own })], noShots(ports));
    }
    if (found === null) return null;
    tasks.push(...found);
    shown.push(own.flatMap((item) => item.row ?? []));
  }
  const nearHeldOut = countNearHeldOut(rows, shown);
  return { name, model, shots: least, examples: 'nearest', nearHeldOut, tasks };
}

const noShots = (ports: TaskPorts) => ({ ...ports, shots: [] });

/** The row with what was looked up in its question; its loss is measured so, too. */
function lookedUp(heldOut: HeldOutRow, found: Shelf): HeldOutRow {
  if (found.items.length === 0) return heldOut;
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

function foundText({ heading, items }: Shelf): string {
  const all = items.map(({ shown }) => `${shown}\n\n`);
  return `${heading}\n\n${all.join('')}Now the question to answer:\n`;
}
