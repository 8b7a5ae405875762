import type { FileKind } from './detect.ts';

/** One thing that is wrong with a row: where in it, by which rule, in words without a full stop. */
export type RowIssue = {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
  readonly level: 'error' | 'warn';
};

type Report = (issue: RowIssue) => void;

const roles = ['system', 'developer', 'user', 'assistant', 'tool'];
const messageKeys = new Set(['role', 'content', 'name', 'weight']);
/** Keys that clients write as null; with a value they ask for something that is not supported. */
const unsupportedKeys: Readonly<Record<string, string>> = {
  tool_calls: 'tool calls',
  tool_call_id: 'tool calls',
  function_call: 'tool calls',
  audio: 'sounds',
  refusal: 'refusals',
};
const toolKeys = new Set(['tools', 'functions', 'parallel_tool_calls']);

/** Everything that is wrong with the JSON value of one line; without errors it can be converted. */
export function validateRow(value: unknown, kind: FileKind): RowIssue[] {
  const issues: RowIssue[] = [];
  const report: Report = (issue) => issues.push(issue);
  if (!isObject(value))
    fail(report, '', 'object', `the line must be a JSON object, not ${nameOf(value)}`);
  else if (kind === 'chat') checkChat(value, report);
  else checkCompletion(value, report);
  return issues;
}

function checkCompletion(row: Record<string, unknown>, report: Report): void {
  for (const key of ['prompt', 'completion'] as const) {
    if (!(key in row)) fail(report, key, 'missing', `"${key}" is missing`);
    else checkText(row[key], key, report);
  }
  if (row.completion === '') fail(report, 'completion', 'empty', 'completion must not be empty');
  if (row.prompt === '') warn(report, 'prompt', 'empty', 'prompt is empty');
  checkRowKeys(row, ['prompt', 'completion'], report);
}

function checkChat(row: Record<string, unknown>, report: Report): void {
  const { messages } = row;
  if (messages === undefined) fail(report, 'messages', 'missing', '"messages" is missing');
  else if (!Array.isArray(messages))
    fail(report, 'messages', 'type', `messages must be a list, not ${nameOf(messages)}`);
  else if (messages.length === 0) fail(report, 'messages', 'empty', 'messages must not be empty');
  else {
    for (const [index, message] of messages.entries())
      checkMessage(message, `messages[${index}]`, report);
    checkOrder(messages, report);
  }
  checkRowKeys(row, ['messages'], report);
}

function checkRowKeys(
  row: Record<string, unknown>,
  known: readonly string[],
  report: Report,
): void {
  for (const key of Object.keys(row)) {
    if (known.includes(key)) continue;
    if (toolKeys.has(key))
      fail(report, key, 'tools', `${key} cannot be trained: tool calls are not supported`);
    else if (key === 'messages' || key === 'prompt' || key === 'completion')
      fail(
        report,
        key,
        'mixed',
        `${key} does not belong here: the other rows are of another format`,
      );
    else warn(report, quoted(key), 'unknown-key', `the key ${quoted(key)} is not used`);
  }
}

function checkMessage(message: unknown, path: string, report: Report): void {
  if (!isObject(message)) {
    fail(report, path, 'type', `${path} must be an object, not ${nameOf(message)}`);
    return;
  }
  const { role, content, name, weight } = message;
  if (typeof role !== 'string' || !roles.includes(role))
    fail(report, `${path}.role`, 'role', `${path}.role must be one of ${roles.join(', ')}`);
  checkContent(content, { path: `${path}.content`, role }, report);
  if (name != null && typeof name !== 'string')
    fail(report, `${path}.name`, 'type', `${path}.name must be a string`);
  if (weight !== undefined && weight !== null) {
    if (weight !== 0 && weight !== 1)
      fail(report, `${path}.weight`, 'weight', `${path}.weight must be 0 or 1`);
    else if (role !== 'assistant')
      fail(report, `${path}.weight`, 'weight', `${path}.weight belongs to assistant messages only`);
  }
  for (const key of Object.keys(message)) {
    if (messageKeys.has(key)) continue;
    const unsupported = Object.hasOwn(unsupportedKeys, key) ? unsupportedKeys[key] : undefined;
    if (unsupported !== undefined) {
      if (message[key] != null)
        fail(
          report,
          `${path}.${key}`,
          'unsupported',
          `${path}.${key} cannot be trained: ${unsupported} are not supported`,
        );
    } else
      fail(
        report,
        `${path}.${quoted(key)}`,
        'unknown-key',
        `${path} has the unknown key ${quoted(key)}`,
      );
  }
}

function checkContent(
  content: unknown,
  { path, role }: { path: string; role: unknown },
  report: Report,
): void {
  if (content === undefined) {
    fail(report, path, 'missing', `${path} is missing`);
    return;
  }
  if (!Array.isArray(content)) {
    checkText(content, path, report);
    if (content === '')
      warn(report, path, 'empty', `${path} of a ${String(role)} message is empty`);
    return;
  }
  if (content.length === 0) fail(report, path, 'empty', `${path} must not be an empty list`);
  for (const [index, part] of content.entries()) {
    const place = `${path}[${index}]`;
    if (!isObject(part) || part.type !== 'text')
      fail(report, place, 'part', `${place} must be a text part; only text can be trained`);
    else checkText(part.text, `${place}.text`, report);
  }
}

/** Text that a tokenizer can take as it is: a string of whole characters. */
function checkText(text: unknown, path: string, report: Report): void {
  if (typeof text !== 'string')
    fail(report, path, 'type', `${path} must be a string${text === null ? ', not null' : ''}`);
  else if (!text.isWellFormed())
    fail(
      report,
      path,
      'surrogate',
      `${path} holds half of a surrogate pair, which is no character`,
    );
  else if (text.includes('\u0000')) fail(report, path, 'nul', `${path} holds a NUL character`);
}

/** The order of roles: what a model is to answer, and that the last word is an answer. */
function checkOrder(messages: readonly unknown[], report: Report): void {
  const order = messages.map((message) => (isObject(message) ? message.role : undefined));
  if (order.some((role) => typeof role !== 'string' || !roles.includes(role))) return;
  const last = `messages[${order.length - 1}]`;
  if (!order.includes('assistant')) {
    fail(report, 'messages', 'no-answer', 'messages must hold at least one assistant message');
    return;
  }
  if (order.at(-1) !== 'assistant')
    fail(report, last, 'last-role', `${last} must be from the assistant, not from ${order.at(-1)}`);
  const trained = messages.filter(
    (message) => isObject(message) && message.role === 'assistant' && message.weight !== 0,
  );
  if (trained.length === 0)
    fail(
      report,
      'messages',
      'no-weight',
      'every assistant message has the weight 0, so nothing would be trained',
    );
  const opening = order.findIndex((role) => role !== 'system' && role !== 'developer');
  if (order[opening] !== 'user')
    warn(
      report,
      `messages[${opening}]`,
      'order',
      `messages[${opening}] should be from the user, not from ${order[opening]}`,
    );
  for (const [index, role] of order.entries()) {
    if (index === 0) continue;
    const path = `messages[${index}]`;
    if (role === 'system' && index > opening)
      warn(report, path, 'order', `${path} is a system message after the beginning`);
    else if (role === order[index - 1] && role !== 'tool')
      warn(report, path, 'order', `${path} follows another ${role} message`);
  }
}

function fail(report: Report, path: string, rule: string, message: string): void {
  report({ path, rule, message, level: 'error' });
}

function warn(report: Report, path: string, rule: string, message: string): void {
  report({ path, rule, message, level: 'warn' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** A key from the file, short enough for a sentence. */
function quoted(key: string): string {
  return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
}
