import type { Message } from '@lathe/contracts/artifact/dataset';
import { chatMessageSchema } from '@lathe/contracts/http/chat';
import type { Asking } from '@lathe/contracts/record/eval-run';
import { faultText } from '@lathe/contracts/words/fault';
import { blocksOf } from '@lathe/graders/question';
import { fillTemplate, variable } from '@lathe/graders/template';
import { z } from 'zod';

const messagesSchema = z.array(chatMessageSchema).min(1).max(2048);

/** What a row is asked with cannot be made: one sentence. */
export class RowFault extends Error {}

/**
 * The messages that a row is asked with: a template with the row filled in, or those that stand in the row. Throws
 * GradingFault for what is not in the row, and RowFault for what is there and is no messages.
 */
export function messagesOf(asking: Asking['messages'], item: unknown): Message[] {
  const namespaces = { item, sample: undefined };
  if (asking.kind === 'template')
    return asking.template.map(({ role, content }) => ({
      role,
      content: blocksOf(content)
        .map((text) => fillTemplate(text, namespaces))
        .join('\n'),
    }));
  const parsed = messagesSchema.safeParse(variable(asking.path, namespaces));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = [asking.path, ...(issue?.path ?? [])].join('.');
    throw new RowFault(`${at} is no list of messages: ${issue && faultText(issue)}.`);
  }
  return parsed.data.map(({ role, content, name, tool_calls: calls, tool_call_id: answered }) => ({
    role,
    content:
      typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join(''),
    ...(name == null ? {} : { name }),
    ...(calls == null || calls.length === 0 ? {} : { tool_calls: calls }),
    ...(answered == null ? {} : { tool_call_id: answered }),
  }));
}
