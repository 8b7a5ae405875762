import { embedTexts } from '../models/embed-texts.ts';
import type { ServedModel } from '../models/models.ts';
import type { AnsweredRow, HeldOutRow } from '../texts/held-out.ts';
import type { EvaluatePorts } from './evaluation.ts';
import type { Nearness, Shelf } from './shelf.ts';
import { writtenRow } from './written-row.ts';

/**
 * By the cosine of a model's vectors, for the rows that are asked. Throws `context_length_exceeded` and `invalid_value` for a
 * text that the model does not take.
 */
export async function nearnessByVectors(
  model: ServedModel,
  { shelf, rows }: { readonly shelf: Shelf; readonly rows: readonly HeldOutRow[] },
  { project, ...ports }: EvaluatePorts & { readonly project: string },
): Promise<Nearness> {
  const asked = rows.map(({ row }) => writtenRow(row).prompt);
  const options = { project, signal: ports.signal, tokensAtOnce: ports.settings.embeddingTokens };
  const embed = (texts: readonly string[]) => embedTexts(ports, { model, texts }, options);
  const [known, questions] = [await embed(shelf.items.map(({ key }) => key)), await embed(asked)];
  const placed = new Map<AnsweredRow, Float32Array>(
    rows.map(({ row }, at) => [row, questions[at] as Float32Array]),
  );
  return (row) => {
    const own = placed.get(row);
    if (own === undefined) throw new RangeError(`line ${row.line} has no vector`);
    return known.map((vector) => dot(vector, own));
  };
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] as number) * (other[at] as number);
  return sum;
}
