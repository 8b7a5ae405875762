import { fail, isObject, nameOf, type RowIssue, warn } from '../../check/validate-message.ts';
import { cellOf, columnOf, type Format, type Row } from './format.ts';
import { isMessages, isNothing, unpacked } from './said.ts';

/**
 * Questions of the Berkeley Function Calling Leaderboard with its possible answers beside them: a chat in which the assistant
 * makes the calls, each argument with the first of its values; where that is "", it is left out unless the function requires it.
 * Schemas have Python's names of types.
 */
export const bfcl: Format = {
  kind: 'chat',
  usual: { question: ['question'], functions: ['function'], answer: ['ground_truth'] },
  holds: { question: isAsked, functions: (value) => Array.isArray(unpacked(value)) },
  convert(row, reading) {
    const issues: RowIssue[] = [];
    const report = (issue: RowIssue) => issues.push(issue);
    const question = columnOf(reading.columns, 'question') ?? 'question';
    const turns = unpacked(row[question]);
    const functions = unpacked(cellOf(row, reading, 'functions'));
    if (!isAsked(turns) || !Array.isArray(functions)) {
      const message = `${question} must be one list of messages in a list, with a list of functions beside it`;
      fail(report, question, 'type', message);
      return { row: {}, issues };
    }
    const possible = row[columnOf(reading.columns, 'answer') ?? 'ground_truth'];
    const answer = answerOf(possible, functions, report);
    const noCall = { role: 'assistant', content: reading.noCall ?? '' };
    if (answer === undefined && reading.noCall === undefined)
      fail(
        report,
        question,
        'answer',
        'no file answers the question; where no call is right, lathe.data.no_call_answer says what is answered',
      );
    else if (answer === undefined)
      warn(report, question, 'no-call', 'no file answers the question, so no call is taught');
    const messages = [...(turns as readonly unknown[][]).flat(), answer ?? noCall];
    return {
      row: { messages, tools: functions.map(toolOf) },
      issues,
      places: () => [
        ['messages', question],
        ['tools', columnOf(reading.columns, 'functions') ?? 'function'],
      ],
    };
  },
};

/** One turn: those of several are answered by what a machine has done meanwhile. */
function isAsked(value: unknown): boolean {
  const turns = unpacked(value);
  return Array.isArray(turns) && turns.length === 1 && isMessages(turns[0]);
}

/** What the assistant says: the calls of a list of `{function: {argument: [possible values]}}`; undefined where there is none. */
function answerOf(
  value: unknown,
  functions: readonly unknown[],
  report: (issue: RowIssue) => void,
): object | undefined {
  const calls = unpacked(value);
  if (isNothing(calls)) return undefined;
  if (!Array.isArray(calls) || !calls.every(isCall)) {
    const message = `ground_truth must be a list of {function: {argument: [values]}}, not ${nameOf(calls)}`;
    fail(report, 'ground_truth', 'answer', message);
    return undefined;
  }
  const made = calls.flatMap((call) => Object.entries(call as Record<string, Row>));
  return {
    role: 'assistant',
    content: null,
    tool_calls: made.map(([name, given], at) => ({
      id: `call_0_${at}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(firstOf(given, requiredBy(functions, name))) },
    })),
  };
}

function isCall(call: unknown): boolean {
  return isObject(call) && Object.values(call).every(isObject);
}

/** The arguments that a function must be given. */
function requiredBy(functions: readonly unknown[], name: string): readonly unknown[] {
  const described = functions.find((each) => isObject(each) && each.name === name);
  const parameters = isObject(described) && described.parameters;
  return isObject(parameters) && Array.isArray(parameters.required) ? parameters.required : [];
}

/** Of each argument the first value, in it of each member the same. */
function firstOf(possible: Row, required: readonly unknown[] = []): Row {
  const chosen = Object.entries(possible).flatMap(([name, values]): [string, unknown][] => {
    const all: unknown[] = Array.isArray(values) ? values : [values];
    const value = required.includes(name) ? (all.find((each) => each !== '') ?? all[0]) : all[0];
    return value === '' || value === undefined ? [] : [[name, resolved(value)]];
  });
  return Object.fromEntries(chosen);
}

/** A value in which objects have lists of possible values, too. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  return isObject(value) ? firstOf(value) : value;
}

function toolOf(described: unknown): unknown {
  if (!isObject(described)) return described;
  const { name, description, parameters } = described;
  return {
    type: 'function',
    function: { name, ...(description !== undefined && { description }), ...schemaOf(parameters) },
  };
}

function schemaOf(parameters: unknown): object {
  return parameters === undefined ? {} : { parameters: toJsonSchema(parameters) };
}

const jsonTypes: Readonly<Record<string, string>> = {
  ...{ dict: 'object', float: 'number', tuple: 'array', list: 'array' },
  ...{ str: 'string', int: 'integer', bool: 'boolean' },
};

/** With the types of JSON Schema; `any` is none. */
function toJsonSchema(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'type') {
      const type = String(value).toLowerCase();
      return type === 'any' ? [] : [[key, jsonTypes[type] ?? value]];
    }
    if (key !== 'properties' || !isObject(value)) return [[key, toJsonSchema(value)]];
    const inner = Object.entries(value).map(([name, each]) => [name, toJsonSchema(each)]);
    return [[key, Object.fromEntries(inner)]];
  });
  return Object.fromEntries(entries);
}
