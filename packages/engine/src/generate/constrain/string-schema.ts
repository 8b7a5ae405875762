import {
  type Automaton,
  anyText,
  type Budget,
  intersection,
  searchAutomaton,
  TooLargeError,
} from './automaton.ts';
import { formats } from './formats.ts';
import { PatternError, parsePattern } from './regular-expression.ts';
import { SchemaError } from './schema-error.ts';
import { at, type Keywords, refuseEmpty } from './schema-keywords.ts';
import { anyTextForm, type TextForm, textForm } from './text-form.ts';

/** What the strings of one schema share: the room for their automata, and those that are built already. */
export type StringReader = {
  readonly budget: Budget;
  readonly automata: Map<string, Automaton>;
};

/** The texts that the keywords for strings allow. Throws SchemaError for none, and for what is not supported. */
export function readText(schema: Keywords, path: string, reader: StringReader): TextForm {
  const { pattern, format, minLength = 0 } = schema;
  const known = format === undefined ? undefined : knownFormat(format, path);
  const maxLength = Math.min(
    schema.maxLength ?? Number.POSITIVE_INFINITY,
    known?.maxLength ?? Number.POSITIVE_INFINITY,
  );
  if (minLength > (schema.maxLength ?? Number.POSITIVE_INFINITY))
    throw new SchemaError(at(path, 'minLength'), 'is more than the largest allowed');
  if (pattern === undefined && known === undefined && minLength === 0 && maxLength > 1e300)
    return anyTextForm;
  const culprit = ['pattern', 'format', 'minLength'].find((name) => name in schema) ?? 'maxLength';
  try {
    const all = [...(known?.patterns ?? []), ...(pattern === undefined ? [] : [pattern])];
    const automaton = automatonOf(all, reader);
    const form = textForm(automaton, minLength, maxLength, reader.budget);
    if (!form.isPossible) refuseEmpty(schema, path, { kind: 'text', of: 'string' });
    return form;
  } catch (error) {
    if (error instanceof PatternError) throw new SchemaError(at(path, 'pattern'), error.message);
    if (!(error instanceof TooLargeError)) throw error;
    throw new SchemaError(at(path, culprit), 'makes the automata of the schema too large');
  }
}

function knownFormat(format: string, path: string) {
  if (Object.hasOwn(formats, format)) return formats[format]!;
  throw new SchemaError(
    at(path, 'format'),
    `names "${format}", which is not supported; ${Object.keys(formats).join(', ')} are`,
  );
}

/** The automaton of the texts that match all patterns. */
function automatonOf(patterns: readonly string[], reader: StringReader): Automaton {
  const key = JSON.stringify(patterns);
  const known = reader.automata.get(key);
  if (known !== undefined) return known;
  const automaton = patterns
    .map((pattern) => searchAutomaton(parsePattern(pattern), reader.budget))
    .reduce((one, two) => intersection(one, two, reader.budget), anyText);
  reader.automata.set(key, automaton);
  return automaton;
}
