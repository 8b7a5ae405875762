import type { Message } from '@lathe/contracts/artifact/dataset';
import type { Tool } from '@lathe/contracts/artifact/tool';
import { LatheError } from '@lathe/contracts/error';
import type { Message as ChatMessage, RenderOptions } from '@lathe/tokenizer/rendered-chat';
import type { ToolForm } from '@lathe/tokenizer/tool-form';
import { templateCalls } from '@lathe/tokenizer/tool-messages';
import type { ModelKit } from './model-kit.ts';

/** A conversation, and the tools that the assistant may call in it. */
export type Chat = {
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[] | undefined;
};

/** A conversation as the model's template takes it. */
export function templateChat(
  { tools: support }: ModelKit,
  { messages, tools }: Chat,
): { readonly messages: ChatMessage[]; readonly options: RenderOptions } {
  const form = 'form' in support ? support.form : {};
  const options = tools ? { tools } : { hasCalls: hasCalls(messages) };
  return { messages: templateCalls(messages, form), options };
}

/** Whether messages call tools or tell what they returned. */
export function hasCalls(messages: readonly Message[]): boolean {
  return messages.some((message) => message.tool_calls ?? message.tool_call_id);
}

/** How the model writes calls. Throws `invalid_value` where its template has no tools. */
export function formOf({ tools }: Pick<ModelKit, 'tools'>, model: string): ToolForm {
  if ('form' in tools) return tools.form;
  throw new LatheError(
    'invalid_value',
    `The model '${model}' cannot be asked with tools: ${tools.problem}.`,
    { param: 'tools' },
  );
}

/** Text as it is shown, with the control tokens that calls are written with. */
export function shownTokens({ tools }: Pick<ModelKit, 'tools'>, withCalls: boolean) {
  const except = withCalls && 'form' in tools ? tools.form.control : [];
  return { skipSpecial: true, except };
}

type Call = NonNullable<Message['tool_calls']>[number];

/** Calls for people to read: `find_order({"order": "12"})`, one a line. */
export function shownCalls(calls: readonly Pick<Call, 'function'>[]): string {
  return calls.map(({ function: { name, arguments: told } }) => `${name}(${told})`).join('\n');
}
