/** A conversation in the ShareGPT dialect of glaive-function-calling: tools as the text of a JSON list. */
export type Conversation = {
  readonly conversations: readonly { readonly from: string; readonly value: string }[];
  readonly tools: string;
};

type Call = { readonly name: string; readonly arguments: unknown };
type Parameters = {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>;
  readonly required?: readonly string[];
};
type Described = { readonly name: string; readonly parameters?: Parameters };

const roles: Readonly<Record<string, string>> = {
  system: 'system',
  human: 'user',
  gpt: 'assistant',
};
const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
};

/**
 * The conversation as a row of OpenAI's chat format, up to its last answer; undefined for one without an answer, or with
 * a call that does not fit its tool: Lathe refuses a file with such rows by their lines. Throws Error for a
 * speaker that is not known.
 */
export function toRow({ conversations, tools: text }: Conversation): object | undefined {
  const tools = (text === '' ? [] : JSON.parse(text)) as readonly Described[];
  const messages: { role: string; [key: string]: unknown }[] = [];
  let open: string[] = [];
  for (const [turn, { from, value }] of conversations.entries()) {
    if (from === 'function_call') {
      const calls = [JSON.parse(value) as Call | Call[]].flat();
      if (!calls.every((call) => fits(call, tools))) return undefined;
      open = calls.map((_, index) => `call_${turn}_${index}`);
      const called = calls.map(({ name, arguments: given }, index) => ({
        id: open[index],
        type: 'function',
        function: { name, arguments: JSON.stringify(given) },
      }));
      messages.push({ role: 'assistant', tool_calls: called });
    } else if (from === 'observation') {
      messages.push({ role: 'tool', tool_call_id: open.shift(), content: value });
    } else {
      const role = roles[from];
      if (role === undefined) throw new Error(`nobody is called ${JSON.stringify(from)}`);
      messages.push({ role, content: value });
    }
  }
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  if (last < 0) return undefined;
  return {
    messages: messages.slice(0, last + 1),
    ...(tools.length > 0 && {
      tools: tools.map((tool) => ({ type: 'function', function: tool })),
    }),
  };
}

/** A row of `toRow` up to its first call: what is asked there is which call to make. Rows without one stay whole. */
export function toFirstCall(row: object): object {
  const { messages } = row as { readonly messages: readonly object[] };
  const first = messages.findIndex((message) => 'tool_calls' in message);
  return first < 0 ? row : { ...row, messages: messages.slice(0, first + 1) };
}

/** Whether the tool is there, with all that it requires and values of its types. */
function fits({ name, arguments: given }: Call, tools: readonly Described[]): boolean {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined || typeof given !== 'object' || given === null) return false;
  const { properties = {}, required = [] } = tool.parameters ?? {};
  const isTold = required.every((key) => key in given);
  const areTyped = Object.entries(given).every(
    ([key, value]) => types[properties[key]?.type ?? '']?.(value) ?? true,
  );
  return isTold && areTyped;
}

/** A BFCL question: messages, and functions whose types have Python's names. */
export type Question = {
  readonly id: string;
  readonly question: readonly (readonly { readonly role: string; readonly content: string }[])[];
  readonly function: readonly { readonly name: string; readonly [key: string]: unknown }[];
};

const jsonTypes: Readonly<Record<string, string>> = {
  dict: 'object',
  float: 'number',
  tuple: 'array',
};
const keywords = new Set([
  'type',
  'description',
  'enum',
  'items',
  'properties',
  'required',
  'default',
]);

/** A schema of BFCL as JSON Schema: `dict` is an object, `float` a number, `any` anything. */
export function toJsonSchema(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (!keywords.has(key) || (key === 'type' && value === 'any')) return [];
    if (key === 'type') return [[key, jsonTypes[String(value)] ?? value]];
    if (key === 'items') return [[key, toJsonSchema(value)]];
    if (key !== 'properties') return [[key, value]];
    const inner = Object.entries(value as object).map(([name, each]) => [name, toJsonSchema(each)]);
    return [[key, Object.fromEntries(inner)]];
  });
  return Object.fromEntries(entries);
}

/** The body of a chat request that asks a BFCL question. */
export function toRequest({ question, function: functions }: Question, model: string): object {
  return {
    model,
    messages: question[0] ?? [],
    tools: functions.map(({ parameters, ...others }) => ({
      type: 'function',
      function: {
        name: others.name,
        description: others.description,
        parameters: toJsonSchema(parameters),
      },
    })),
    temperature: 0,
    max_tokens: 128,
  };
}
