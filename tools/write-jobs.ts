/** Writes the tables of settings into docs/jobs.md: `node tools/write-jobs.ts`. */
import { readFile, writeFile } from 'node:fs/promises';
import { dpoHyperparametersSchema, latheOptionsSchema } from '@lathe/contracts/http/fine-tuning';
import { trainingOptions } from '@lathe/contracts/http/training';

type Json = {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
};

const options = latheOptionsSchema.toJSONSchema({ io: 'input' }) as Json;
const hyperparameters = dpoHyperparametersSchema.toJSONSchema({ io: 'input' }) as Json;
const { adaptation, preference, ...others } = options.properties ?? {};
const isTraining = ([name]: readonly [string, Json]) => name in trainingOptions;
const [training, plain] = [true, false].map((wanted) => ({
  properties: Object.fromEntries(
    Object.entries(others).filter((field) => isTraining(field) === wanted),
  ),
}));

/** What stands under which heading. */
const tables: readonly (readonly [heading: string, settings: Json | undefined])[] = [
  ['## Pairs of answers: `dpo`', preference],
  ['## `lathe`', plain],
  ['### Which weights train', adaptation],
  ['### How they train', training],
  ['### Ranges', hyperparameters],
];

/** docs/jobs.md with its tables of settings as the schemas have them. Throws when a table is missing. */
export function withTables(page: string): string {
  return tables.reduce((text, [heading, settings = {}]) => {
    const place = new RegExp(`(?<=^${heading}\n(?:(?!#|\\|).*\n)*)(?:\\|.*\n)+`, 'm');
    if (!place.test(text)) throw new Error(`there is no table under ${heading}`);
    const head = [['field', 'default', 'takes', 'meaning'], Array<string>(4).fill('---')];
    const lines = [...head, ...rowsOf(settings, [])].map((cells) => cells.join(' | '));
    return text.replace(place, () =>
      lines.map((line) => `| ${line} |\n`.replaceAll('  ', ' ')).join(''),
    );
  }, page);
}

/** The rows of the fields of an object, or of each of a union's options. */
function rowsOf(
  { anyOf = [], oneOf = [], properties = {} }: Json,
  path: readonly string[],
): string[][] {
  const inner = [...anyOf, ...oneOf].flatMap((option) => {
    const type = option.properties?.type?.const;
    return rowsOf(option, type === undefined ? path : [...path, String(type)]);
  });
  const own = Object.entries(properties).flatMap(([name, field]) => {
    if (name === 'type') return [rowOf(path, { description: field.description ?? '' })];
    return [rowOf([...path, name], field), ...rowsOf(field, [...path, name])];
  });
  return [...inner, ...own];
}

function rowOf(path: readonly string[], field: Json): string[] {
  const names = path.map((name) => `\`${name}\``).join(' ');
  const shown = field.default === undefined ? '' : `\`${String(field.default)}\``;
  return [names, shown, valuesOf(field), (field.description ?? '').replaceAll('|', '\\|')];
}

/** What a field takes: names, a range of numbers, or what kind of value. */
function valuesOf(field: Json): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, type } = field;
  const values = field.enum ?? (field.const === undefined ? [] : [field.const]);
  if (field.anyOf !== undefined) return field.anyOf.map(valuesOf).join(', ');
  if (values.length > 0) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (type === 'number' || type === 'integer')
    return `${bound(minimum, 'above', exclusiveMinimum)} to ${bound(maximum, 'below', exclusiveMaximum)}`;
  return { boolean: '`true`, `false`', array: 'a list', string: 'a text' }[type ?? ''] ?? '';
}

function bound(limit: number | undefined, side: string, outside = Number.NaN): string {
  if (limit === undefined) return `${side} ${outside}`;
  return limit < 1 ? String(limit) : limit.toLocaleString('en');
}

if (import.meta.main) {
  const file = new URL('../docs/jobs.md', import.meta.url);
  await writeFile(file, withTables(await readFile(file, 'utf8')));
}
