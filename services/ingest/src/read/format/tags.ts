import type { Reading } from '../../lesson/lesson.ts';
import { usualColumns } from './columns.ts';
import { columnOf, type Format } from './format.ts';
import { isText, unpacked } from './said.ts';
import { inIob2, schemeOf } from './tag-schemes.ts';

/** Tags of spans within the spans of the others, as conll-layout.ts names them. */
const innerTags = /^ner_tags_\d+$/;
/** How sure one may be that these are wanted: to be chosen, and never taken by themselves. */
const innerCertainty = 0.4;

/** Words with a tag each: names, or numbers that have names. */
export const tags: Format = {
  kind: 'tagged',
  usual: {
    tokens: ['tokens', 'words'],
    tags: ['ner_tags', 'tags', 'ner', 'labels', 'slots', 'pos_tags', 'upos', 'chunk_tags', 'pos'],
  },
  holds: { tokens: isTexts, tags: isTags },
  find(sampled, asked) {
    const found = usualColumns('tags', tags, { sampled, asked });
    if (asked.tags !== undefined) return found;
    const inner = sampled.names.filter((name) => innerTags.test(name));
    return found.flatMap((match) => [
      match,
      ...inner.map((name) => ({
        ...{ columns: { ...match.columns, tags: name }, certainty: innerCertainty },
      })),
    ]);
  },
  look(sampled, columns, { label_names: labelNames }) {
    const values = sampled.values(columnOf(columns, 'tags') ?? 'tags');
    const lists = values.map((each) => namesOf(wordsIn(each), labelNames));
    return { scheme: schemeOf(lists.filter(areNames)) };
  },
  convert(row, reading) {
    const { columns } = reading;
    const tokens = columnOf(columns, 'tokens') ?? 'tokens';
    const column = columnOf(columns, 'tags') ?? 'tags';
    return {
      row: {
        ...(tokens in row && { tokens: wordsIn(row[tokens]) }),
        ...(column in row && { ner_tags: namedTags(wordsIn(row[column]), reading) }),
      },
      places: () => [
        ['tokens', tokens],
        ['ner_tags', column],
      ],
    };
  },
};

/** Words as a list, or as a text with a blank between them. */
function wordsIn(value: unknown): unknown {
  const list = unpacked(value);
  return isText(list) && list.trim() !== '' ? list.trim().split(/\s+/) : list;
}

function isTexts(value: unknown): boolean {
  const list = wordsIn(value);
  return Array.isArray(list) && list.every(isText);
}

function isTags(value: unknown): boolean {
  const list = wordsIn(value);
  return Array.isArray(list) && list.every((tag) => isText(tag) || Number.isInteger(tag));
}

/** Tags by their names, where the job has names of numbers, in IOB2. */
function namedTags(tags: unknown, { labelNames, scheme }: Reading): unknown {
  const names = namesOf(tags, labelNames);
  return scheme !== undefined && areNames(names) ? inIob2(names, scheme) : names;
}

function namesOf(tags: unknown, names: readonly string[] | undefined): unknown {
  if (!Array.isArray(tags) || names === undefined) return tags;
  return tags.map((tag: unknown) => (typeof tag === 'number' ? (names[tag] ?? tag) : tag));
}

function areNames(tags: unknown): tags is string[] {
  return Array.isArray(tags) && tags.every(isText);
}
