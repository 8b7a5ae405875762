import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';

type RowOf<Kind extends CanonicalRow['kind']> = Extract<CanonicalRow, { kind: Kind }>;

/** How rows of each kind are written in a file, in the form of docs/rows.md. */
const forms: { readonly [Kind in CanonicalRow['kind']]: (row: RowOf<Kind>) => object } = {
  chat: ({ tools, messages }) => ({ ...(tools && { tools }), messages }),
  completion: ({ prompt, completion }) => ({ prompt, completion }),
  preference: ({ tools, messages, preferred, rejected }) => ({
    input: { messages, ...(tools && { tools }) },
    preferred_output: [preferred],
    non_preferred_output: [rejected],
  }),
  judged: ({ tools, messages, answer, label }) => ({
    input: { messages, ...(tools && { tools }) },
    output: [answer],
    label,
  }),
  prompt: ({ tools, messages, item }) => ({ ...item, ...(tools && { tools }), messages }),
  text: ({ text }) => ({ text }),
  labelled: ({ text, pair, label }) => ({
    text,
    ...(pair !== undefined && { text_pair: pair }),
    ...(Array.isArray(label) && label.length !== 1 ? { labels: label } : { label: single(label) }),
  }),
  tagged: taggedForm,
  question: ({ id, question, context, answers }) => ({
    ...{ id, question, context },
    answers: {
      text: answers.map(({ text }) => text),
      answer_start: answers.map(({ start }) => charactersBefore(context, start)),
    },
  }),
  related: ({ texts: [first, second, ...negatives], score }) =>
    score === undefined
      ? {
          ...{ anchor: first, positive: second },
          ...(negatives.length > 0 && { negatives }),
        }
      : { sentence1: first, sentence2: second, score },
};

/** The row as a line of a file has it. Read again it is the same row. */
export function rowForm(row: CanonicalRow): object {
  const form = <Kind extends CanonicalRow['kind']>(kind: Kind, one: RowOf<Kind>): object =>
    forms[kind](one);
  const { group } = row;
  return { ...(group !== undefined && { group }), ...form(row.kind, row) };
}

/** A number alone, and a list of one name as it is: one name alone would be one of several that exclude each other. */
function single(label: RowOf<'labelled'>['label']): string | number | readonly (string | number)[] {
  return Array.isArray(label) && typeof label[0] === 'number' ? label[0] : label;
}

/** Words and tags where spaces join the words to the text; else the text with its marked stretches. */
function taggedForm({ text, words, tags }: RowOf<'tagged'>): object {
  const tokens = words.map(([start, end]) => text.slice(start, end));
  if (tokens.join(' ') === text) return { tokens, ner_tags: tags };
  const spans: { start: number; end: number; label: string }[] = [];
  let label: string | undefined;
  for (const [at, tag] of tags.entries()) {
    const [start, end] = (words[at] ?? [0, 0]).map((unit) => charactersBefore(text, unit));
    const [before, name] = [tag.slice(0, 2), tag.slice(2)];
    const last = spans.at(-1);
    if (before === 'I-' && name === label && last !== undefined) last.end = end ?? 0;
    else if (tag !== 'O') spans.push({ start: start ?? 0, end: end ?? 0, label: name });
    label = tag === 'O' ? undefined : name;
  }
  return { text, spans };
}

/** Places in files count characters (code points), those in rows UTF-16 units. */
function charactersBefore(text: string, units: number): number {
  let characters = 0;
  for (const _ of text.slice(0, units)) characters++;
  return characters;
}
