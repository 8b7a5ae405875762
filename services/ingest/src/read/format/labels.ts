import type { Reading } from '../../lesson/lesson.ts';
import { copied } from './chat.ts';
import {
  type Converted,
  columnOf,
  columnsOf,
  type Format,
  type Place,
  type Row,
} from './format.ts';
import { findLabels } from './label-columns.ts';
import { arePieces, textOfPieces } from './pieces.ts';
import { isNothing, isNumber, isText, unpacked } from './said.ts';

/** A text, or two of them, with one label, several, or numbers: columns of any name. */
export const labels: Format = {
  kind: 'labelled',
  usual: {},
  find: findLabels,
  convert(row, reading) {
    const { columns } = reading;
    const text = columnOf(columns, 'text');
    const pair = columnOf(columns, 'pair');
    const label = labelOf(row, reading);
    const made: Converted = {
      row: { ...textOf(row, text, 'text'), ...textOf(row, pair, 'text_pair'), ...label.row },
      places: () => [
        ...places([
          ['text', text],
          ['text_pair', pair],
        ]),
        ...label.places,
      ],
    };
    return made;
  },
};

function places(names: readonly (readonly [string, string | undefined])[]): Place[] {
  return names.flatMap(([made, source]): Place[] => (source === undefined ? [] : [[made, source]]));
}

/** A text; of several that belong together, one a line. */
function textOf(row: Row, column: string | undefined, name: string): Row {
  if (column === undefined) return {};
  const parts = unpacked(row[column]);
  if (Array.isArray(parts) && arePieces(parts)) return { [name]: textOfPieces(parts) };
  if (Array.isArray(parts) && parts.every(isText)) return { [name]: parts.join('\n') };
  return copied(row, column, name);
}

type Label = { readonly row: Row; readonly places: readonly Place[] };

function labelOf(row: Row, reading: Reading): Label {
  const { columns, separator } = reading;
  const all = columnsOf(columns, 'label');
  const [column] = all;
  if (column === undefined) return { row: {}, places: [] };
  if (all.length > 1) {
    const held = all.map((name) => [name, isHeld(row[name])] as const);
    const wrong = held.find(([, is]) => is === undefined);
    if (wrong !== undefined)
      return { row: { labels: row[wrong[0]] }, places: [['labels', wrong[0]]] };
    return { row: { labels: held.flatMap(([name, is]) => (is ? [name] : [])) }, places: [] };
  }
  const value = unpacked(row[column]);
  if (separator !== undefined && isText(value)) {
    const parts = value.split(separator).map((part) => part.trim());
    return { row: { labels: parts.filter((part) => part !== '') }, places: [['labels', column]] };
  }
  const name = Array.isArray(value) ? 'labels' : 'label';
  const known = reading.labelNames;
  if (reading.areNumbers === true && isText(value) && isNumber(value))
    return { row: { label: Number(value) }, places: [['label', column]] };
  const named = Array.isArray(value)
    ? value.map((each) => nameOf(each, known))
    : nameOf(value, known);
  const isThere = column in row && !(value === null);
  return { row: isThere ? { [name]: named } : {}, places: [[name, column]] };
}

/** The name of a label that is a number, where the job has names. */
function nameOf(label: unknown, names: readonly string[] | undefined): unknown {
  if (names === undefined || isNothing(label)) return label;
  const at = typeof label === 'number' ? label : /^\d+$/.test(String(label)) ? Number(label) : -1;
  return names[at] ?? label;
}

/** Whether a column says that its label holds; undefined for what is neither 0 nor 1. */
function isHeld(value: unknown): boolean | undefined {
  if (value === 1 || value === true || value === '1') return true;
  return value === 0 || value === false || value === '0' ? false : undefined;
}
