import { argumentsOf } from './validate-calls.ts';
import {
  checkMessage,
  checkRowKeys,
  checkText,
  fail,
  isBlank,
  isObject,
  nameOf,
  type Report,
} from './validate-message.ts';
import { checkTools, toolKeys } from './validate-tools.ts';

/** What is wrong with a row of a conversation and two ways to answer it, in OpenAI's format. */
export function checkPreference(row: Record<string, unknown>, report: Report): void {
  checkInput(row.input, outputsOf(row, ['preferred_output', 'non_preferred_output']), report);
  const answers = (['preferred_output', 'non_preferred_output'] as const).map((key) =>
    checkOutput(row[key], key, report),
  );
  if (answers[0] !== undefined && answers[0] === answers[1])
    fail(
      report,
      'non_preferred_output',
      'same',
      'preferred_output and non_preferred_output say the same, so neither can be preferred',
    );
  checkRowKeys(row, ['input', 'preferred_output', 'non_preferred_output'], report);
}

/** The same of a row in TRL's format: a prompt and two ways to go on, each a text or messages. */
export function checkChosen(row: Record<string, unknown>, report: Report): void {
  const { prompt } = row;
  const { tools, parallel_tool_calls: parallel } = row;
  const input = { messages: prompt, tools, parallel_tool_calls: parallel };
  if (Array.isArray(prompt)) checkInput(input, outputsOf(row, ['chosen', 'rejected']), report);
  else if (prompt === undefined) fail(report, 'prompt', 'missing', '"prompt" is missing');
  else checkText(prompt, 'prompt', report);
  const answers = (['chosen', 'rejected'] as const).map((key) => {
    const answer = row[key];
    if (Array.isArray(answer)) return checkOutput(answer, key, report);
    if (answer === undefined) fail(report, key, 'missing', `"${key}" is missing`);
    else checkText(answer, key, report);
    if (isBlank(answer)) fail(report, key, 'empty', `${key} must not be empty`);
    return saidBy(answer, undefined);
  });
  if (answers[0] !== undefined && answers[0] === answers[1])
    fail(
      report,
      'rejected',
      'same',
      'chosen and rejected say the same, so neither can be preferred',
    );
  const known = Array.isArray(prompt) ? toolKeys : [];
  checkRowKeys(row, ['prompt', 'chosen', 'rejected', 'id', ...known], report);
}

/** What is wrong with a row of a conversation, an answer, and whether that is a good one. */
export function checkJudged(row: Record<string, unknown>, report: Report): void {
  checkInput(row.input, outputsOf(row, ['output']), report);
  checkOutput(row.output, 'output', report);
  const { label } = row;
  if (label === undefined) fail(report, 'label', 'missing', '"label" is missing');
  else if (typeof label !== 'boolean')
    fail(report, 'label', 'type', `label must be true or false, not ${nameOf(label)}`);
  checkRowKeys(row, ['input', 'output', 'label'], report);
}

type Output = { readonly message: unknown; readonly path: string };

/** The answers of a row, each with its place. */
function outputsOf(row: Record<string, unknown>, keys: readonly string[]): Output[] {
  return keys.map((key) => {
    const output = row[key];
    return { message: Array.isArray(output) ? output[0] : undefined, path: `${key}[0]` };
  });
}

function checkInput(input: unknown, answers: readonly Output[], report: Report): void {
  if (!isObject(input)) {
    const missing = input === undefined;
    const message = missing
      ? '"input" is missing'
      : `input must be an object, not ${nameOf(input)}`;
    fail(report, 'input', missing ? 'missing' : 'type', message);
    return;
  }
  const { messages } = input;
  const path = 'input.messages';
  if (messages === undefined) fail(report, path, 'missing', `"${path}" is missing`);
  else if (!Array.isArray(messages))
    fail(report, path, 'type', `${path} must be a list, not ${nameOf(messages)}`);
  else if (messages.length === 0) fail(report, path, 'empty', `${path} must not be empty`);
  else {
    for (const [index, message] of messages.entries())
      checkMessage(message, `${path}[${index}]`, report);
    const last: unknown = messages.at(-1);
    if (isObject(last) && last.role === 'assistant')
      fail(
        report,
        `${path}[${messages.length - 1}]`,
        'last-role',
        `${path} must not end with an answer: the outputs are the answers`,
      );
  }
  checkTools(input, { path: 'input.', answers }, report);
  checkRowKeys(input, ['messages', ...toolKeys], report);
}

/** Checks an answer; its text where it has one. */
function checkOutput(output: unknown, path: string, report: Report): string | undefined {
  if (output === undefined) fail(report, path, 'missing', `"${path}" is missing`);
  else if (!Array.isArray(output))
    fail(report, path, 'type', `${path} must be a list, not ${nameOf(output)}`);
  else if (output.length !== 1)
    fail(report, path, 'length', `${path} must hold one message, not ${output.length}`);
  else {
    const [message] = output as unknown[];
    checkMessage(message, `${path}[0]`, report);
    if (!isObject(message)) return undefined;
    const { role, content, weight } = message;
    if (role !== 'assistant')
      fail(report, `${path}[0].role`, 'role', `${path}[0] must be from the assistant`);
    if (weight === 0)
      fail(report, `${path}[0].weight`, 'weight', `${path}[0].weight must not be 0`);
    const said = saidBy(content, message.tool_calls);
    if (said === '')
      fail(report, `${path}[0].content`, 'empty', `${path}[0].content must not be empty`);
    return said;
  }
  return undefined;
}

/** What an answer says, however it is written: as one text or in parts, with which line ends and accents. */
function saidBy(content: unknown, calls: unknown): string | undefined {
  const parts: unknown[] = Array.isArray(content)
    ? content.map((part: unknown) => (isObject(part) ? part.text : undefined))
    : [content ?? ''];
  if (!parts.every((part) => typeof part === 'string')) return undefined;
  const text = parts.join('').replaceAll(/\r\n?/g, '\n').normalize('NFC').trim();
  return text + calledBy(calls);
}

/** The names and arguments of calls, without their ids. */
function calledBy(calls: unknown): string {
  if (!Array.isArray(calls)) return '';
  const told = calls.map((call: unknown) => {
    const called = isObject(call) && isObject(call.function) ? call.function : {};
    return [called.name, argumentsOf(called.arguments)];
  });
  return JSON.stringify(told);
}
