import { type Html, html } from '../pages/html.ts';
import type { JsonSchema } from './document.ts';

/** Forms that are told in one line; more are laid out below one another. */
const shortUnion = 3;

/** What a schema allows: its type in words, and its fields below one another, those of objects within folded. */
export function schemaView(schema: JsonSchema): Html {
  if (hasFields(schema)) return fieldsView(schema);
  return html`<p class="soft">${words(schema)}${schema.description && html`: ${schema.description}`}</p>`;
}

/** The fields of an object, of each form that a value may have, or of what a list or a map has of. */
function fieldsView(schema: JsonSchema): Html {
  const fields = fieldsOf(schema);
  if (fields.length > 0) return fieldList(schema, fields);
  const forms = formsOf(schema).filter(hasFields);
  if (forms.length > 0)
    return html`${forms.map((form) => html`<div class="form">${fieldsView(form)}</div>`)}`;
  const within = inner(schema);
  return within === undefined ? html`` : fieldsView(within);
}

type Field = readonly [name: string, schema: JsonSchema];

function fieldsOf(schema: JsonSchema): Field[] {
  return [schema, ...(schema.allOf ?? [])].flatMap(({ properties = {} }) =>
    Object.entries(properties),
  );
}

function fieldList(schema: JsonSchema, fields: readonly Field[]): Html {
  const required = [schema, ...(schema.allOf ?? [])].flatMap((part) => part.required ?? []);
  return html`<ul class="fields">${fields.map(([name, field]) => fieldView(name, field, required.includes(name)))}</ul>`;
}

function fieldView(name: string, schema: JsonSchema, isRequired: boolean): Html {
  const line = html`<code>${name}</code> <span class="soft">${words(schema)}</span>${isRequired && html` <b class="must">required</b>`}${schema.description && html`<span class="say">${schema.description}</span>`}`;
  return hasFields(schema)
    ? html`<li><details><summary>${line}</summary>${fieldsView(schema)}</details></li>`
    : html`<li>${line}</li>`;
}

/** Whether there is more to say of it than its type. */
function hasFields(schema: JsonSchema): boolean {
  if (fieldsOf(schema).length > 0 || formsOf(schema).some(hasFields)) return true;
  const within = inner(schema);
  return within !== undefined && hasFields(within);
}

/** What a list or a map has of. */
function inner({ items, additionalProperties }: JsonSchema): JsonSchema | undefined {
  return items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
}

function formsOf({ anyOf = [], oneOf = [] }: JsonSchema): readonly JsonSchema[] {
  return [...anyOf, ...oneOf].flatMap((form) => {
    const within = formsOf(form);
    return within.length > 0 ? within : [form];
  });
}

/** A type with its limits, such as `integer, 1 to 20` or `list of string`. */
function words(schema: JsonSchema): string {
  const forms = formsOf(schema);
  if (forms.length > 0) {
    const told = [...new Set(forms.map(words))];
    return told.length > shortUnion + 1 ? `one of ${told.length} forms` : told.join(' or ');
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(', ');
  if (schema.type === 'array' || schema.items !== undefined) {
    const { items, prefixItems = [] } = schema;
    const of = items === undefined ? prefixItems.map(words).join(' and ') : words(items);
    const within = of === '' ? 'list' : `list of ${of}`;
    return withLimits(within, range(schema.minItems, schema.maxItems, 'entries'));
  }
  if (schema.type === 'object' || fieldsOf(schema).length > 0) {
    const value = inner(schema);
    return value === undefined ? 'object' : `object of ${words(value)}`;
  }
  if (schema.type === 'string')
    return withLimits(
      typeof schema.format === 'string' ? `string (${schema.format})` : 'string',
      range(schema.minLength, schema.maxLength, 'characters'),
    );
  const low =
    schema.minimum ??
    (schema.exclusiveMinimum === undefined ? undefined : `above ${schema.exclusiveMinimum}`);
  const high =
    schema.maximum ??
    (schema.exclusiveMaximum === undefined ? undefined : `below ${schema.exclusiveMaximum}`);
  return withLimits([schema.type ?? 'anything'].flat().join(' or '), range(low, high, ''));
}

function withLimits(type: string, limits: string): string {
  return limits === '' ? type : `${type}, ${limits}`;
}

/** The largest whole number that JSON carries exactly: a limit that says nothing. */
const noLimit = new Set<unknown>([undefined, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

function range(low: unknown, high: unknown, unit: string): string {
  const from = noLimit.has(low) ? '' : `${low}`;
  const to = noLimit.has(high) ? '' : `${high}`;
  const named = unit === '' ? '' : ` ${unit}`;
  if (from === '' && to === '') return '';
  if (to === '') return from.startsWith('above') ? from : `at least ${from}${named}`;
  if (from === '') return to.startsWith('below') ? to : `at most ${to}${named}`;
  return `${from} to ${to}${named}`;
}
