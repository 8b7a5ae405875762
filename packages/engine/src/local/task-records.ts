import { labelledTexts, labelNames } from '@lathe/recipe/task-rows';
import {
  answerPlaces,
  joinWords,
  spansInUnits,
  tagsOf,
  unitsOfCharacters,
  wordPlaces,
} from '@lathe/tokenizer/word-places';
import { z } from 'zod';
import type { RecordForm } from './record-form.ts';
import type { Row } from './row.ts';

type Fields = Readonly<Record<string, unknown>>;

const filled = z.string().min(1);
const label = z.union([z.string().min(1), z.number(), z.boolean()]);
const place = z.int().min(0);
const tag = z.union([z.string().min(1), place]);
const span = z.looseObject({ start: place, end: place, label: z.string().min(1) });
const answers = z.union([
  z.looseObject({ text: z.array(filled), answer_start: z.array(place) }),
  z.array(z.looseObject({ text: filled, answer_start: place })),
]);

/** Rows of labelledTexts with what is to be said of them. */
export const taskRecords: readonly RecordForm[] = [
  {
    kind: 'question',
    has: (record) => 'question' in record && 'context' in record,
    schema: z
      .looseObject({ question: filled, context: filled, answers: answers.nullish() })
      .transform(({ question, context, answers: found }, faults): Row => {
        const placeOf = answerPlaces(context);
        const all = listed(found ?? []).map(({ text, start }) => {
          const at = placeOf(text, start);
          if (at === undefined)
            faults.addIssue(`answers: ${JSON.stringify(text)} is not in the context at ${start}`);
          return { text, start: at ?? 0 };
        });
        return { kind: 'question', question, context, answers: all };
      }),
  },
  {
    kind: 'tagged',
    has: (record) => 'tokens' in record && ('ner_tags' in record || 'tags' in record),
    schema: z
      .looseObject({
        tokens: z.array(filled).min(1),
        ner_tags: z.array(tag).optional(),
        tags: z.array(tag).optional(),
      })
      .transform(({ tokens, ner_tags: ner, tags = ner ?? [] }, faults): Row => {
        if (tags.length !== tokens.length)
          faults.addIssue(`there are ${tags.length} tags for ${tokens.length} words`);
        return { kind: 'tagged', ...joinWords(tokens), tags };
      }),
  },
  {
    kind: 'tagged',
    has: (record) => 'text' in record && ('spans' in record || 'entities' in record),
    schema: z
      .looseObject({
        text: filled,
        spans: z.array(span).optional(),
        entities: z.array(span).optional(),
      })
      .transform(({ text, entities = [], spans = entities }, faults): Row => {
        const length = unitsOfCharacters(text).length - 1;
        const wrong = spans.find(({ start, end }) => start >= end || end > length);
        if (wrong !== undefined)
          faults.addIssue(`a span goes from ${wrong.start} to ${wrong.end} of ${length}`);
        const words = wordPlaces(text);
        return { kind: 'tagged', text, words, tags: tagsOf(words, spansInUnits(spans, text)) };
      }),
  },
  {
    kind: 'related',
    has: (record) => 'positive' in record && ('anchor' in record || 'query' in record),
    schema: z
      .looseObject({
        ...{ anchor: filled.optional(), query: filled.optional(), positive: filled },
        ...{ negative: filled.nullish(), negatives: z.array(filled).nullish() },
      })
      .transform(({ anchor, query = anchor ?? '', positive, negative, negatives }): Row => {
        const far = [...(negative == null ? [] : [negative]), ...(negatives ?? [])];
        return { kind: 'related', texts: [query, positive, ...far] };
      }),
  },
  {
    kind: 'related',
    has: (record) => ['sentence1', 'sentence2', 'score'].every((name) => name in record),
    schema: z
      .looseObject({ sentence1: filled, sentence2: filled, score: z.number() })
      .transform(({ sentence1, sentence2, score }): Row => {
        return { kind: 'related', texts: [sentence1, sentence2], score };
      }),
  },
  {
    kind: 'labelled',
    has: (record) => textNames(record) !== undefined && labelName(record) !== undefined,
    schema: z.record(z.string(), z.unknown()).transform((record, faults): Row => {
      const [text = '', pair] = (textNames(record) ?? []).map((name) => {
        const found = filled.safeParse(record[name]);
        if (!found.success) faults.addIssue(`${name} must be a text that is not empty`);
        return found.data ?? '';
      });
      const name = labelName(record) ?? 'label';
      const found = z.union([label, z.array(label)]).safeParse(record[name]);
      if (!found.success) faults.addIssue(`${name} must be a label, a number or a list of them`);
      return { kind: 'labelled', text, pair, label: found.data ?? '', isScore: name === 'score' };
    }),
  },
  {
    kind: 'text',
    has: (record) => 'text' in record,
    schema: z.looseObject({ text: filled }).transform(({ text }): Row => ({ kind: 'text', text })),
  },
];

function listed(
  found: z.output<typeof answers>,
): { readonly text: string; readonly start: number }[] {
  if (Array.isArray(found)) return found.map(({ text, answer_start: start }) => ({ text, start }));
  return found.text.map((text, at) => ({ text, start: found.answer_start[at] ?? -1 }));
}

function textNames(record: Fields): readonly string[] | undefined {
  return labelledTexts.find((names) => names.every((name) => name in record));
}

function labelName(record: Fields): string | undefined {
  return labelNames.find((name) => record[name] != null);
}
