import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { Question } from '@lathe/engine/predictor';
import type { Engine, EngineText } from '../../engine/engine.ts';
import type { ServedModel } from '../../models/models.ts';

/** Tokens that are asked about at a time, so that a stop is noticed between two. */
export const mostTokens = 8192;

export type AskPorts = {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Called with how many texts are answered now, of how many. */
  readonly onAnswer: (done: number, total: number) => void;
};

/** Numbers that a model gives each of many texts, in order; what they are is said at the engine's predictor. */
export async function askTokens(
  model: ServedModel,
  { question, texts }: { readonly question: Question; readonly texts: readonly EngineText[] },
  { engine, signal, onAnswer }: AskPorts,
): Promise<Float32Array[]> {
  const results: Float32Array[] = [];
  // Evaluations have places of their own, which one job holds at a time.
  const options = { urgency: 'evaluation', project: '', signal } as const;
  for (let from = 0; from < texts.length; ) {
    let to = from;
    for (let tokens = 0; to < texts.length; to++) {
      tokens += (texts[to] as EngineText).tokens.length;
      if (to > from && tokens > mostTokens) break;
    }
    const part = { question: questionFor(question, from, to), texts: texts.slice(from, to) };
    results.push(...(await engine.predict(model.engine, part, options)));
    from = to;
    onAnswer(to, texts.length);
  }
  return results;
}

function questionFor(question: Question, from: number, to: number): Question {
  if (question.kind !== 'masked-lm') return question;
  return { ...question, places: question.places.slice(from, to) };
}

/** An example as the engine reads it. */
export function textOf({ tokens, types }: ShardExample): EngineText {
  return {
    tokens: Int32Array.from(tokens),
    ...(types === undefined ? {} : { types: Int32Array.from(types) }),
  };
}
