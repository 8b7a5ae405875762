import { LatheError } from '@lathe/contracts/error';
import type { AnsweredRow, HeldOutRow } from '../texts/held-out.ts';
import type { Entrant, TaskPorts } from './contest.ts';
import type { EvaluateInput, EvaluatePorts } from './evaluation.ts';
import { nearnessByVectors } from './nearness-by-vectors.ts';
import { type LookingWay, retrievalEntrant } from './retrieval.ts';
import {
  type Nearness,
  nearnessByWords,
  type Shelf,
  shelfOfPassages,
  shelfOfRows,
} from './shelf.ts';

type Known = {
  readonly rows: readonly HeldOutRow[];
  /** The same, as the base model is asked them. */
  readonly baseRows: readonly HeldOutRow[];
  readonly train: readonly AnsweredRow[];
};

type Looked = { readonly way: LookingWay; readonly shelf: Shelf; readonly nearness: Nearness };

/**
 * The base and the tuned model, each allowed to look up training rows and the documents that the job names, by words and, where
 * it names a model for that, by vectors. Nothing is looked up where the job wants no examples at all, unless it asks for it.
 */
export async function lookingEntrants(
  { job, base, tuned, looking }: EvaluateInput,
  { rows, baseRows, train }: Known,
  ports: EvaluatePorts,
): Promise<Record<'base' | 'tuned', Entrant[]> & { readonly notes: string[] }> {
  const { settings, texts, signal } = ports;
  const { retrieval_examples: wanted, few_shot_examples: examples } = job.options;
  const count = wanted ?? (examples === 0 ? 0 : settings.retrievalExamples);
  const notes = [...(looking?.notes ?? [])];
  if (count === 0) return { base: [], tuned: [], notes };
  const looked: Looked[] = [];
  const shelves = [
    { shelf: shelfOfRows(train), ways: ['retrieval', 'vectors'] },
    { shelf: shelfOfPassages(looking?.passages ?? []), ways: ['documents', 'document vectors'] },
  ] as const;
  for (const { shelf, ways } of shelves) {
    if (shelf.items.length === 0) continue;
    looked.push({ way: ways[0], shelf, nearness: nearnessByWords(shelf) });
    if (looking?.model === undefined) continue;
    try {
      const options = { ...ports, project: job.project };
      const nearness = await nearnessByVectors(looking.model, { shelf, rows }, options);
      looked.push({ way: ways[1], shelf, nearness });
    } catch (error) {
      if (!(error instanceof LatheError) || error.retryable) throw error;
      notes.push(`Nobody looks things up as ${ways[1]} by ${looking.model.name}: ${error.message}`);
    }
  }
  const options: TaskPorts = { texts, signal, project: job.project, limits: settings };
  const entrants = { base: [] as Entrant[], tuned: [] as Entrant[] };
  for (const { way, ...shown } of looked) {
    const forBase = { ...shown, rows: baseRows, count };
    const ofBase = await retrievalEntrant(`base + ${way}`, base, forBase, options);
    const ofTuned = await retrievalEntrant(`tuned + ${way}`, tuned, { ...forBase, rows }, options);
    if (ofBase !== null) entrants.base.push(ofBase);
    if (ofTuned !== null) entrants.tuned.push(ofTuned);
  }
  return { ...entrants, notes };
}
