import type { ServedModel } from '../models/models.ts';
import type { HeldOutRow } from '../texts/held-out.ts';
import { type Entrant, type TaskPorts, tasksFor } from './contest.ts';
import type { Invited } from './evaluation.ts';
import { serverName } from './server/ask-server-rows.ts';

/** How those that the job names are called in the report. */
export function invitedNames(invited: Invited | undefined): string[] {
  const { models = [], servers = [] } = invited ?? {};
  return [...models.map(({ name }) => `model ${name}`), ...servers.map(serverName)];
}

/**
 * Models that the job names beside its own, each asked with its own template and tokens, so that they are compared by what
 * they write alone. One whose context has no room for a row takes no part, which is told.
 */
export async function invitedEntrants(
  models: readonly ServedModel[],
  rows: readonly HeldOutRow[],
  ports: TaskPorts,
): Promise<{ readonly entrants: Entrant[]; readonly notes: string[] }> {
  const entrants: Entrant[] = [];
  const notes: string[] = [];
  // Losses of other tokens cannot be compared.
  const asked = rows.map((row) => ({ ...row, examples: [] }));
  for (const model of models) {
    const tasks = await tasksFor(model, asked, { ...ports, shots: [] });
    if (tasks !== null) entrants.push({ name: `model ${model.name}`, model, shots: 0, tasks });
    else
      notes.push(
        `The model ${model.name} took no part: a held-out row with its answer does not fit its context of ${model.room} tokens.`,
      );
  }
  return { entrants, notes };
}
