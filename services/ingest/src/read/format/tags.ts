import type { Reading } from '../../lesson/lesson.ts';
import { columnOf, type Format } from './format.ts';
import { isText, unpacked } from './said.ts';

/** Words with a tag each: names, or numbers that have names. */
export const tags: Format = {
  kind: 'tagged',
  usual: {
    tokens: ['tokens', 'words'],
    tags: ['ner_tags', 'tags', 'ner', 'labels', 'slots', 'pos_tags', 'upos', 'chunk_tags', 'pos'],
  },
  holds: { tokens: isTexts, tags: isTags },
  convert(row, reading) {
    const { columns } = reading;
    const tokens = columnOf(columns, 'tokens') ?? 'tokens';
    const column = columnOf(columns, 'tags') ?? 'tags';
    return [
      {
        row: {
          ...(tokens in row && { tokens: wordsIn(row[tokens]) }),
          ...(column in row && { ner_tags: namedTags(wordsIn(row[column]), reading) }),
        },
        places: () => [
          ['tokens', tokens],
          ['ner_tags', column],
        ],
      },
    ];
  },
};

/** Words as a list, or as a text with a blank between them. */
function wordsIn(value: unknown): unknown {
  const list = unpacked(value);
  return isText(list) && list.trim() !== '' ? list.trim().split(/\s+/) : list;
}

function isTexts(value: unknown): boolean {
  const list = unpacked(value);
  return Array.isArray(list) && list.every(isText);
}

function isTags(value: unknown): boolean {
  const list = unpacked(value);
  return Array.isArray(list) && list.every((tag) => isText(tag) || Number.isInteger(tag));
}

function namedTags(tags: unknown, { labelNames }: Reading): unknown {
  if (!Array.isArray(tags)) return tags;
  const named = tags.map((tag: unknown) =>
    labelNames !== undefined && typeof tag === 'number' ? (labelNames[tag] ?? tag) : tag,
  );
  return named;
}
