/** Writes the tables of settings into docs/jobs.md: `node tools/write-jobs.ts`. */
import { readFile, writeFile } from 'node:fs/promises';
import { dpoHyperparametersSchema, latheOptionsSchema } from '@lathe/contracts/http/fine-tuning';
import { trainingOptions } from '@lathe/contracts/http/training';
import { camelCase } from '@lathe/recipe/http-form';
import { recipeSchema } from '@lathe/recipe/recipe';

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

const recipe = recipeSchema.toJSONSchema({ io: 'input' }) as Json;
const options = latheOptionsSchema.toJSONSchema({ io: 'input' }) as Json;
const hyperparameters = dpoHyperparametersSchema.toJSONSchema({ io: 'input' }) as Json;
const { adaptation, preference, ...others } = options.properties ?? {};
const isTraining = ([name]: readonly [string, Json]) => name in trainingOptions;
const [training, plain] = [true, false].map((wanted) => ({
  properties: Object.fromEntries(
    Object.entries(others).filter((field) => isTraining(field) === wanted),
  ),
}));

/** What stands under which heading; defaults are those of the recipe, where it has the settings. */
const tables: readonly (readonly [
  heading: string,
  http: Json | undefined,
  recipe?: Json | undefined,
])[] = [
  ['## Pairs of answers: `dpo`', preference, recipe.properties?.preference],
  ['## `lathe`', plain],
  ['### Which weights train', adaptation, recipe.properties?.adaptation],
  ['### How they train', training, recipe],
  ['### Ranges', hyperparameters],
];

/** docs/jobs.md with its tables of settings as the schemas have them. Throws when a table is missing. */
export function withTables(page: string): string {
  return tables.reduce((text, [heading, http = {}, ours]) => {
    const place = new RegExp(`(?<=^${heading}\n(?:(?!#|\\|).*\n)*)(?:\\|.*\n)+`, 'm');
    if (!place.test(text)) throw new Error(`there is no table under ${heading}`);
    const head = [['field', 'default', 'takes', 'meaning'], Array<string>(4).fill('---')];
    const lines = [...head, ...rowsOf(http, ours, [])].map((cells) =>
      cells.filter((_, column) => ours !== undefined || column !== 1).join(' | '),
    );
    return text.replace(place, () =>
      lines.map((line) => `| ${line} |\n`.replaceAll('  ', ' ')).join(''),
    );
  }, page);
}

/** The rows of the fields of an object, or of each of a union's options. */
function rowsOf(http: Json, ours: Json | undefined, path: readonly string[]): string[][] {
  const inner = optionsOf(http).flatMap((option) => {
    const type = option.properties?.type?.const;
    const same = optionsOf(ours).find((other) => other.properties?.type?.const === type);
    return rowsOf(option, same, type === undefined ? path : [...path, String(type)]);
  });
  const own = Object.entries(http.properties ?? {}).flatMap(([name, field]) => {
    const setting = ours?.properties?.[camelCase(name)];
    if (name === 'type') return [rowOf(path, { description: field.description ?? '' }, undefined)];
    return [rowOf([...path, name], field, setting), ...rowsOf(field, setting, [...path, name])];
  });
  return [...inner, ...own];
}

function rowOf(path: readonly string[], field: Json, setting: Json | undefined): string[] {
  const names = path.map((name) => `\`${name}\``).join(' ');
  const value = setting?.default ?? undefined;
  const shown = value === undefined || typeof value === 'object' ? '' : `\`${String(value)}\``;
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

function optionsOf({ anyOf = [], oneOf = [] }: Json = {}): readonly Json[] {
  return [...anyOf, ...oneOf];
}

if (import.meta.main) {
  const file = new URL('../docs/jobs.md', import.meta.url);
  await writeFile(file, withTables(await readFile(file, 'utf8')));
}
