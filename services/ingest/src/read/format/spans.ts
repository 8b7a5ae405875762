import { isObject } from '../../check/validate-message.ts';
import { renamed } from './chat.ts';
import { columnOf, type Format, type Row } from './format.ts';
import { isNothing, isText, unpacked } from './said.ts';

/** Names of the parts of a span, the usual ones first. */
const names = {
  start: ['start', 'start_offset', 'begin', 'offset_start', 'start_char'],
  end: ['end', 'end_offset', 'stop', 'offset_end', 'end_char'],
  label: ['label', 'entity', 'entity_group', 'type', 'entity_type', 'tag', 'labels'],
} as const;

/** A text with marked stretches: objects or lists of a start, an end and a label. */
export const spans: Format = {
  kind: 'tagged',
  byContent: 'spans',
  usual: {
    text: ['text', 'sentence', 'content'],
    spans: ['spans', 'entities', 'annotations', 'label', 'labels', 'ents'],
  },
  holds: { text: isText, spans: areSpans },
  convert(row, { columns }) {
    const column = columnOf(columns, 'spans') ?? 'spans';
    const made = renamed(row, [
      ['text', columnOf(columns, 'text')],
      ['spans', column],
    ]);
    if (!(column in row)) return made;
    const list = unpacked(row[column]);
    const inner = isObject(list) && Array.isArray(list.entities) ? list.entities : list;
    // A text in which nothing is marked.
    const spans = isNothing(inner) ? [] : Array.isArray(inner) ? inner.map(spanOf) : inner;
    return { ...made, row: { ...made.row, spans } };
  },
};

function areSpans(value: unknown): boolean {
  const list = unpacked(value);
  const inner = isObject(list) ? list.entities : list;
  return Array.isArray(inner) && inner.every(isSpan);
}

function isSpan(value: unknown): boolean {
  const { start, end } = spanOf(value);
  return typeof start === 'number' && typeof end === 'number';
}

/** A span in the usual form, as far as it has it. */
function spanOf(span: unknown): Row {
  if (Array.isArray(span)) {
    const [start, end, label] = span as unknown[];
    return { start, end, label };
  }
  if (!isObject(span)) return { span };
  const part = (wanted: readonly string[]): unknown => {
    const found = wanted.map((name) => span[name]).find((value) => value != null);
    return Array.isArray(found) && found.length === 1 ? (found[0] as unknown) : found;
  };
  const start = part(names.start) ?? span.offset;
  const length = span.length;
  const end =
    part(names.end) ??
    (typeof start === 'number' && typeof length === 'number' ? start + length : undefined);
  return { start, end, label: part(names.label) };
}
