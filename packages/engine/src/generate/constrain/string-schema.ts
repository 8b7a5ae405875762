import {
  type Automaton,
  anyText,
  automatonLimits,
  type Budget,
  complementOf,
  intersection,
  searchAutomaton,
  spend,
  TooLargeError,
} from './automaton.ts';
import { isPropertyKnown, withProperty } from './code-points.ts';
import { formats } from './formats.ts';
import { PatternError, parsePattern } from './regular-expression.ts';
import { SchemaError } from './schema-error.ts';
import { at, type Keywords, refuseEmpty } from './schema-keywords.ts';
import { anyTextRule, type TextRule, textForm, textRule } from './text-form.ts';

/** What the strings of one schema share: the room for their automata, and those that are built already. */
export type StringReader = {
  readonly budget: Budget;
  readonly automata: Map<string, Automaton>;
};

/** The texts that the keywords for strings allow. Throws SchemaError for none, and for what is not supported. */
export function readText(schema: Keywords, path: string, reader: StringReader): TextRule {
  const { pattern, format, minLength = 0 } = schema;
  const known = format === undefined ? undefined : knownFormat(format, path);
  const maxLength = Math.min(
    schema.maxLength ?? Number.POSITIVE_INFINITY,
    known?.maxLength ?? Number.POSITIVE_INFINITY,
  );
  if (minLength > (schema.maxLength ?? Number.POSITIVE_INFINITY))
    throw new SchemaError(at(path, 'minLength'), 'is more than the largest allowed');
  if (pattern === undefined && known === undefined && minLength === 0 && maxLength > 1e300)
    return anyTextRule;
  const culprit = ['pattern', 'format', 'minLength'].find((name) => name in schema) ?? 'maxLength';
  try {
    const automaton = automatonOf(format, pattern, reader);
    const rule = textRule(automaton, minLength, maxLength, reader.budget);
    if (!textForm(rule).isPossible) refuseEmpty(schema, path, { kind: 'text', of: 'string' });
    return rule;
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

/** The automaton of the texts of a format that match a pattern. */
function automatonOf(
  format: string | undefined,
  pattern: string | undefined,
  { budget, automata }: StringReader,
): Automaton {
  const key = JSON.stringify([format, pattern]);
  const known = automata.get(key);
  if (known !== undefined) return known;
  const ofFormat = format === undefined ? anyText : formatAutomaton(format);
  const ofPattern = pattern === undefined ? [] : automataOf(pattern, budget);
  const automaton = ofPattern.reduce((one, two) => intersection(one, two, budget), ofFormat);
  automata.set(key, automaton);
  return automaton;
}

/** By format, its automaton: built once, as it is the same for all schemas. */
const formatAutomata = new Map<string, Automaton>();

function formatAutomaton(format: string): Automaton {
  const known = formatAutomata.get(format);
  if (known !== undefined) return known;
  const budget = { ...automatonLimits };
  const automaton = formats[format]!.patterns.flatMap((pattern) =>
    automataOf(pattern, budget),
  ).reduce((one, two) => intersection(one, two, budget), anyText);
  formatAutomata.set(format, automaton);
  return automaton;
}

/** What it costs to find the characters with a property, in steps of building automata. */
const propertyWork = 200_000;

/** Automata that together accept the texts that match a pattern. Throws PatternError and TooLargeError. */
export function automataOf(pattern: string, budget: Budget): readonly Automaton[] {
  const { expression, conditions } = parsePattern(pattern, (name) => {
    if (!isPropertyKnown(name)) spend(budget, 'work', propertyWork);
    return withProperty(name);
  });
  return [
    searchAutomaton(expression, budget),
    ...conditions.map((condition) => {
      const found = searchAutomaton(condition.expression, budget);
      return condition.isNegated ? complementOf(found) : found;
    }),
  ];
}
