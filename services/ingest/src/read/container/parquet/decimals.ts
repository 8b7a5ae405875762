import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';

/** Makes of a value as it is read what is written of it. */
type Change = (value: unknown) => unknown;

/** The same description of a file, but that its decimals are the whole numbers, or the bytes of these, of which they are made. */
export function withRawDecimals(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element) => {
    if (!isDecimal(element)) return element;
    const { converted_type: _, logical_type: __, ...raw } = element;
    return raw;
  });
  return { ...metadata, schema };
}

/**
 * For each column that has decimals or times of day, how its raw values become these: a decimal is a number where that is the same, and
 * else a text of all its digits; a time is a text as ISO 8601 has it.
 */
export function changesOf(metadata: FileMetaData): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  for (const column of parquetSchema(metadata).children) {
    const change = changeOf(column);
    if (change !== undefined) changes.set(column.element.name, change);
  }
  return changes;
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL';
}

function changeOf(node: SchemaTree): Change | undefined {
  const change = changeWithin(node);
  const isRepeated = node.element.repetition_type === 'REPEATED';
  return change && (isRepeated ? eachOf(change) : ofSome(change));
}

function changeWithin(node: SchemaTree): Change | undefined {
  const { element, children } = node;
  const [first, ...others] = children;
  if (first === undefined) return changeOfLeaf(element);
  if (isListLike(node)) {
    const [item = first] = first.children;
    const change = item === first ? changeWithin(first) : changeOf(item);
    return change && eachOf(ofSome(change));
  }
  if (isMapLike(node)) {
    const value = first.children.find(({ element: { name } }) => name === 'value');
    const change = value && changeOf(value);
    return change && ((map) => Object.fromEntries(entriesOf(map, () => change)));
  }
  const changes = new Map(
    [first, ...others].flatMap((child) => {
      const change = changeOf(child);
      return change === undefined ? [] : [[child.element.name, change] as const];
    }),
  );
  if (changes.size === 0) return undefined;
  return (struct) => Object.fromEntries(entriesOf(struct, (name) => changes.get(name)));
}

function entriesOf(object: unknown, changeFor: (name: string) => Change | undefined) {
  return Object.entries(object as object).map(
    ([name, value]: [string, unknown]) => [name, changeFor(name)?.(value) ?? value] as const,
  );
}

function eachOf(change: Change): Change {
  return ofSome((list) => Array.from(list as ArrayLike<unknown>, change));
}

function ofSome(change: Change): Change {
  return (value) => (value === null || value === undefined ? value : change(value));
}

function changeOfLeaf(element: SchemaElement): Change | undefined {
  const { converted_type: converted, logical_type: logical } = element;
  if (isDecimal(element)) {
    const said = logical?.type === 'DECIMAL' ? logical.scale : 0;
    const scale = element.scale ?? said;
    return (value) => decimalOf(wholeOf(value), scale);
  }
  const unit = logical?.type === 'TIME' ? logical.unit : timeUnits[converted ?? ''];
  return unit && ((value) => timeOf(wholeOf(value), timeDigits[unit]));
}

const timeUnits: Readonly<Record<string, keyof typeof timeDigits | undefined>> = {
  TIME_MILLIS: 'MILLIS',
  TIME_MICROS: 'MICROS',
};
/** Digits of a second that count. */
const timeDigits = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;

/** The whole number that a value is, or that its bytes are: the highest first, in two's complement. */
function wholeOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  const bytes = Buffer.from(value as Uint8Array);
  return bytes.length === 0
    ? 0n
    : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
}

function decimalOf(whole: bigint, scale: number): number | string {
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  const [before, after] = [
    digits.slice(0, digits.length - scale),
    digits.slice(digits.length - scale),
  ];
  const text = `${whole < 0n ? '-' : ''}${before}${after === '' ? '' : `.${after}`}`;
  const number = Number(text);
  const short = after === '' ? text : text.replace(/\.?0+$/, '');
  const isSame = String(number) === short && Math.abs(number) <= Number.MAX_SAFE_INTEGER;
  return isSame ? number : text;
}

function timeOf(whole: bigint, digits: number): string {
  const parts = 10n ** BigInt(digits);
  const seconds = whole / parts;
  const two = (count: bigint): string => String(count).padStart(2, '0');
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':');
  const part = whole % parts;
  return part === 0n ? clock : `${clock}.${String(part).padStart(digits, '0')}`;
}
