import { LatheError } from '@lathe/contracts/error';
import type { ChatRequest } from '@lathe/contracts/http/chat';
import type { InferenceRequest } from '@lathe/contracts/message/inference';
import { contradiction } from './contradiction.ts';

/** Which tools have to be called. Throws `invalid_value` for a choice of a tool that is not there, and for two of one name. */
export function toolChoice({
  tools,
  tool_choice: choice,
}: ChatRequest): InferenceRequest['toolChoice'] {
  const names = (tools ?? []).map((tool) => tool.function.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw contradiction('tools', `Invalid value for 'tools': '${twice}' is there twice.`);
  if (choice === undefined || choice === null || choice === 'auto') return 'auto';
  if (choice === 'none') return 'none';
  if (names.length === 0)
    throw contradiction('tool_choice', "'tool_choice' needs 'tools': there is none to be called.");
  if (choice === 'required') return choice;
  const { name } = choice.function;
  if (!names.includes(name))
    throw contradiction(
      'tool_choice',
      `Invalid value for 'tool_choice': there is no tool '${name}'.`,
    );
  return { name };
}

/**
 * Throws `invalid_value` for a result of no call of the answer before it, a call that the messages behind it give no
 * result of, and either in a message of another role.
 */
export function checkCalls(messages: ChatRequest['messages']): void {
  let open = new Map<string, string>();
  const leave = (): void => {
    for (const [id, path] of open)
      throw contradiction(
        path,
        `'${path}' has the call '${id}', which no tool message behind it answers.`,
      );
  };
  for (const [index, message] of messages.entries()) {
    const { role, tool_calls: calls, tool_call_id: answered } = message;
    const path = `messages[${index}]`;
    if (calls != null && calls.length > 0 && role !== 'assistant')
      throw contradiction(
        `${path}.tool_calls`,
        `Invalid value for '${path}.tool_calls': a ${role} message has no calls.`,
      );
    if (role === 'tool') {
      if (answered == null)
        throw new LatheError(
          'missing_parameter',
          `Missing required parameter: '${path}.tool_call_id'.`,
          { param: `${path}.tool_call_id` },
        );
      if (!open.delete(answered))
        throw contradiction(
          `${path}.tool_call_id`,
          `Invalid value for '${path}.tool_call_id': the answer before it makes no call '${answered}'.`,
        );
      continue;
    }
    if (answered != null)
      throw contradiction(
        `${path}.tool_call_id`,
        `Invalid value for '${path}.tool_call_id': a ${role} message answers no call.`,
      );
    leave();
    open = new Map(calls?.map(({ id }) => [id, `${path}.tool_calls`]));
  }
  leave();
}
