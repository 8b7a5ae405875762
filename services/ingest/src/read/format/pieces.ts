import { isObject } from '../../check/validate-message.ts';
import type { Format, Row } from './format.ts';
import { columnOf } from './format.ts';
import { isText, isTurn, unpacked } from './said.ts';

/** Texts in pieces, of which some are entities, as SNIPS has them. */
export const pieces: Format = {
  kind: 'tagged',
  usual: { pieces: ['data', 'pieces', 'segments', 'parts'] },
  byContent: 'pieces',
  holds: { pieces: arePieces },
  // Data of another kind is called so, too.
  look: (sampled, columns) =>
    sampled.values(columnOf(columns, 'pieces') ?? '').some(arePieces) ? {} : { certainty: 0 },
  convert(row, { columns }) {
    const column = columnOf(columns, 'pieces') ?? 'data';
    const list = unpacked(row[column]);
    if (!Array.isArray(list) || !arePieces(list)) {
      const message = `${column} must be a list of pieces {"text": …, "entity": …}, each with a text`;
      return { row: {}, issues: [{ path: column, rule: 'type', message, level: 'error' }] };
    }
    let at = 0;
    const spans: Row[] = [];
    for (const piece of list as Row[]) {
      const start = at;
      at += [...(piece.text as string)].length;
      const label = labelOf(piece);
      if (label !== undefined) spans.push({ start, end: at, label });
    }
    const text = textOfPieces(list);
    return {
      row: { text, spans },
      places: () => [
        ['text', column],
        ['spans', column],
      ],
    };
  },
};

const labelNames = ['entity', 'slot', 'label', 'slot_name'];

/** Whether a value is a list of such pieces, or the JSON of one. */
export function arePieces(value: unknown): boolean {
  const list = unpacked(value);
  return (
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((each) => isObject(each) && isText(each.text) && !isTurn(each))
  );
}

/** The whole text of pieces. */
export function textOfPieces(pieces: readonly unknown[]): string {
  return (pieces as readonly Row[]).map((piece) => piece.text as string).join('');
}

function labelOf(piece: Row): unknown {
  return labelNames.map((name) => piece[name]).find((label) => label != null);
}
