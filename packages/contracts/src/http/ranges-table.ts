import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { dpoHyperparametersSchema, latheOptionsSchema } from './fine-tuning.ts';

type Json = {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly const?: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
};

const page = new URL('../../../../docs/jobs.md', import.meta.url);
const [head, foot] = ['| field | from | to | meaning |', '\n\n## While it runs'];

/** docs/jobs.md with the table of ranges as the schemas have them. */
export function withRanges(text: string): string {
  const [before = '', rest = ''] = text.split(head);
  const rows = [dpoHyperparametersSchema, latheOptionsSchema].flatMap((schema) =>
    rowsOf(z.toJSONSchema(schema, { io: 'input' }) as Json, ''),
  );
  const table = [head, '| --- | --- | --- | --- |', ...new Set(rows)].join('\n');
  return before + table + rest.slice(rest.indexOf(foot));
}

function rowsOf({ properties = {}, anyOf = [], oneOf = [] }: Json, path: string): string[] {
  const options = [...anyOf, ...oneOf].flatMap((option) => {
    const type = option.properties?.type?.const;
    return rowsOf(option, type === undefined ? path : `${path}${String(type)} `);
  });
  const own = Object.entries(properties).flatMap(([name, field]) => {
    const inner = rowsOf(field, `${path}${name}.`.replace(/^adaptation\.|^(\S+ )adaptation\./, ''));
    const number = [field, ...(field.anyOf ?? [])].find(
      ({ type, const: only }) => /number|integer/.test(type ?? '') && only === undefined,
    );
    return number === undefined ? inner : [rowOf(`${path}${name}`, { ...field, ...number })];
  });
  return [...options, ...own];
}

function rowOf(name: string, field: Json): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, description = '' } = field;
  const from = minimum ?? `above ${exclusiveMinimum}`;
  const to = (maximum ?? `below ${exclusiveMaximum}`).toLocaleString('en');
  return `| \`${name.trim()}\` | ${from} | ${to} | ${description.replaceAll('|', '\\|')} |`;
}

if (import.meta.main) writeFileSync(page, withRanges(readFileSync(page, 'utf8')));
