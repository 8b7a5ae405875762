import type { Entity, Filled, LabelScore, SpanAnswer } from '@lathe/contracts/message/prediction';
import { ask } from '../../api/client.ts';
import type { AskedAs } from '../../models/model-words.ts';

/** What is typed: fields that a kind of model does not read are left alone. */
export type Given = {
  readonly text: string;
  /** Of question answering. */
  readonly question: string;
  /** Of comparing: what the text is compared with, a line each. */
  readonly others: string;
};

/** What a model says, by how it is asked. */
export type Said =
  | { readonly kind: 'labels'; readonly scores: readonly LabelScore[] }
  | { readonly kind: 'spans'; readonly text: string; readonly entities: readonly Entity[] }
  | { readonly kind: 'question'; readonly text: string; readonly answer: SpanAnswer }
  | { readonly kind: 'mask'; readonly places: readonly (readonly Filled[])[] }
  | {
      readonly kind: 'similarity';
      readonly pairs: readonly { readonly text: string; readonly cosine: number }[];
    };

/** Labels, or words for a place, that are shown. */
const shownLabels = 20;
const shownWords = 5;

/** Asks a model that does not write what it was taught. Throws an ApiError with the API's sentence. */
export async function askPipeline(
  model: string,
  kind: Exclude<AskedAs, 'chat'>,
  { text, question, others }: Given,
): Promise<Said> {
  const path = `/v1/lathe/models/${encodeURIComponent(model)}/pipeline`;
  const post = <T>(inputs: unknown, parameters?: object): Promise<T> =>
    ask(path, { method: 'POST', body: { inputs, ...(parameters && { parameters }) } });
  switch (kind) {
    case 'labels': {
      const [scores = []] = await post<LabelScore[][]>([text], { top_k: shownLabels });
      return { kind, scores };
    }
    case 'spans':
      return {
        kind,
        text,
        entities: await post<Entity[]>(text, { aggregation_strategy: 'first' }),
      };
    case 'question':
      return { kind, text, answer: await post<SpanAnswer>({ question, context: text }) };
    case 'mask': {
      const filled = await post<Filled[] | Filled[][]>(text, { top_k: shownWords });
      // Several masked places come as a list each, one as its list alone.
      return { kind, places: filled.every(Array.isArray) ? filled : [filled as Filled[]] };
    }
    case 'similarity': {
      const sentences = linesOf(others);
      const cosines = await post<number[]>({ source_sentence: text, sentences });
      return {
        kind,
        pairs: sentences.map((each, at) => ({ text: each, cosine: cosines[at] ?? 0 })),
      };
    }
  }
}

/** Lines with something in them. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
