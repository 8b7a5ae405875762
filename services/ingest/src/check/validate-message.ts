import { asksForNothing } from '@lathe/contracts/http/nothing';
import { hasControls } from './mend.ts';

/** One thing that is wrong with a row: where in it, by which rule, in words without a full stop. */
export type RowIssue = {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
  readonly level: 'error' | 'warn';
};

export type Report = (issue: RowIssue) => void;

export const roles = ['system', 'developer', 'user', 'assistant', 'tool'];
/** Those about tools are looked at in validate-tools.ts. */
const messageKeys = new Set(['role', 'content', 'name', 'weight', 'tool_calls', 'tool_call_id']);
/** Keys that exporters write beside the text: empty they ask for nothing, else for something that is not supported. */
const unsupportedKeys: ReadonlyMap<string, string> = new Map([
  ['function_call', 'write it as tool_calls'],
  ['audio', 'sounds are not supported'],
  ['refusal', 'refusals are not supported'],
  ['annotations', 'only text can be trained'],
  ['content_parts', 'only text can be trained'],
  ['reasoning', 'only what stands in content is trained'],
  ['reasoning_content', 'only what stands in content is trained'],
]);
/** Keys that say something about a message and change nothing in it. */
const labelKeys = new Set(['id', 'metadata', 'created_at']);

/** What is wrong with one chat message. */
export function checkMessage(message: unknown, path: string, report: Report): void {
  if (!isObject(message)) {
    fail(report, path, 'type', `${path} must be an object, not ${nameOf(message)}`);
    return;
  }
  const { role, content, name, weight } = message;
  if (typeof role !== 'string' || !roles.includes(role))
    fail(report, `${path}.role`, 'role', `${path}.role must be one of ${roles.join(', ')}`);
  // A call stands in the place of the content; a refusal does, too, and is refused by its own name.
  if (content != null || !speaksOtherwise(message))
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
    if (messageKeys.has(key) || labelKeys.has(key) || asksForNothing(message[key])) continue;
    const reason = unsupportedKeys.get(key);
    if (reason !== undefined)
      fail(report, `${path}.${key}`, 'unsupported', `${path}.${key} cannot be trained: ${reason}`);
    else
      fail(
        report,
        `${path}.${quoted(key)}`,
        'unknown-key',
        `${path} has the unknown key ${quoted(key)}`,
      );
  }
}

/** Whether a message without content says something in another way. */
function speaksOtherwise(message: Record<string, unknown>): boolean {
  return ['tool_calls', 'function_call', 'refusal', 'audio'].some(
    (key) => !asksForNothing(message[key]),
  );
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
    // A tool may have nothing to say.
    if (content === '' && role !== 'tool')
      warn(report, path, 'empty', `${path} of a ${String(role)} message is empty`);
    return;
  }
  if (content.length === 0) fail(report, path, 'empty', `${path} must not be an empty list`);
  for (const [index, part] of content.entries()) {
    const place = `${path}[${index}]`;
    if (!isTextPart(part))
      fail(
        report,
        place,
        'part',
        `${place} must be a text part, not ${partName(part)}; only text can be trained`,
      );
    else {
      checkText(part.text, `${place}.text`, report);
      for (const key of Object.keys(part))
        if (key !== 'type' && key !== 'text' && !asksForNothing(part[key]))
          warn(
            report,
            `${place}.${quoted(key)}`,
            'unknown-key',
            `the key ${quoted(key)} of ${place} is not used`,
          );
    }
  }
}

/** Keys of a part that change nothing in what its text says. */
const besideText: ReadonlySet<string> = new Set(['text', 'cache_control', 'thoughtSignature']);

/** Whether a part is a text: by its type, or, as Gemini and Bedrock have it, since it has a text and nothing more. */
function isTextPart(part: unknown): part is Record<string, unknown> {
  if (!isObject(part)) return false;
  const isMore = (key: string) =>
    !besideText.has(key) && !asksForNothing(part[key]) && part[key] !== false;
  return part.type === 'text' || ('text' in part && !Object.keys(part).some(isMore));
}

/** What a part is that is no text: by its type, or by the first key that says more. */
function partName(part: unknown): string {
  if (!isObject(part)) return nameOf(part);
  const key = Object.keys(part).find((name) => name !== 'type' && !besideText.has(name));
  if (typeof part.type !== 'string' && key === undefined) return 'one without a text';
  return quoted(typeof part.type === 'string' ? part.type : String(key));
}

/** Checks the `messages` of a row, each for itself; they are empty where there is no list of them. */
export function checkMessages(
  { messages }: Readonly<Record<string, unknown>>,
  report: Report,
): readonly unknown[] {
  if (messages === undefined) fail(report, 'messages', 'missing', '"messages" is missing');
  else if (!Array.isArray(messages))
    fail(report, 'messages', 'type', `messages must be a list, not ${nameOf(messages)}`);
  else if (messages.length === 0) fail(report, 'messages', 'empty', 'messages must not be empty');
  else {
    for (const [index, message] of messages.entries())
      checkMessage(message, `messages[${index}]`, report);
    return messages;
  }
  return [];
}

/** Whether a value is a text of nothing but white space, such as a cell that nobody filled in. */
export function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** Text that a tokenizer can take as it is: a string of whole characters. */
export function checkText(text: unknown, path: string, report: Report): void {
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
  else if (hasControls(text))
    warn(report, path, 'control-character', `${path} holds a control character, which no text has`);
}

export function fail(report: Report, path: string, rule: string, message: string): void {
  report({ path, rule, message, level: 'error' });
}

export function warn(report: Report, path: string, rule: string, message: string): void {
  report({ path, rule, message, level: 'warn' });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** A key from the file, short enough for a sentence. */
export function quoted(key: string): string {
  return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
}

type Refused = { readonly why: string; readonly harmless: readonly unknown[] };
/** Keys of a row that ask for tools in a way that is not taken: why, and the values with which they ask for none. */
const refusedKeys: ReadonlyMap<string, Refused> = new Map<string, Refused>([
  ['tools', { why: 'tools belong beside the messages of a chat', harmless: [] }],
  ['functions', { why: 'write them as tools', harmless: [] }],
  ['tool_choice', { why: 'an answer is trained as it stands', harmless: ['none', 'auto'] }],
  ['function_call', { why: 'an answer is trained as it stands', harmless: ['none', 'auto'] }],
  ['parallel_tool_calls', { why: 'it belongs beside tools', harmless: [true, false] }],
]);
/** Keys that tell a format. */
const formatKeys = new Set([
  'messages',
  'prompt',
  'completion',
  'preferred_output',
  'non_preferred_output',
]);

/** Keys of a row besides those that its format has. One that asks for nothing may always stand there. */
export function checkRowKeys(
  row: Record<string, unknown>,
  known: readonly string[],
  report: Report,
): void {
  for (const key of Object.keys(row)) {
    if (known.includes(key)) continue;
    const refused = refusedKeys.get(key);
    if (formatKeys.has(key) && row[key] != null)
      fail(
        report,
        key,
        'mixed',
        `${key} does not belong here: the other rows are of another format`,
      );
    else if (asksForNothing(row[key]) || key === 'metadata' || key === 'group') continue;
    else if (refused !== undefined) {
      if (!refused.harmless.includes(row[key]))
        fail(report, key, 'tools', `${key} cannot be trained: ${refused.why}`);
    } else warn(report, quoted(key), 'unknown-key', `the key ${quoted(key)} is not used`);
  }
}
