import { parse } from 'yaml';
import { z } from 'zod';
import type { Findings } from './findings.ts';
import type { TemplateMessages } from './imported.ts';
import { isBeyondNames, toOurTemplate } from './nunjucks.ts';

const chatSchema = z.array(
  z.object({ role: z.enum(['user', 'assistant', 'system', 'developer']), content: z.string() }),
);

type Prompt = { readonly texts: readonly string[]; readonly template: TemplateMessages };

/** A prompt as messages of ours; undefined where it cannot be one, which is told. */
export function promptOf(text: string, at: string, findings: Findings): Prompt | undefined {
  const impossible = (why: string): undefined => {
    findings.add(at, 'impossible', `${why}; the prompt is left out.`);
  };
  if (
    /^(?:file:\/\/|exec:)|^\S+\.(?:txt|json|yaml|yml|js|ts|mjs|cjs|py|md|j2|csv|jsonl)$/.test(text)
  )
    return impossible('Other files are not read');
  const messages = messagesOf(text);
  if (messages === undefined)
    return impossible('It is a chat of which each message does not have a role and a text');
  if (messages.some(({ content }) => isBeyondNames(content)))
    return impossible('Its template has more than names: filters, blocks or trimmed spaces');
  findings.add(at, 'kept', 'It is the template of a run.');
  return {
    texts: messages.map(({ content }) => content),
    template: messages.map(({ role, content }) => ({ role, content: toOurTemplate(content) })),
  };
}

/** A chat where a text is one, otherwise one message of a user. */
function messagesOf(text: string): z.infer<typeof chatSchema> | undefined {
  const trimmed = text.trim();
  if (!/^(?:\[\s*\{\s*"|-\s+role:)/.test(trimmed)) return [{ role: 'user', content: text }];
  try {
    return chatSchema.safeParse(parse(trimmed)).data;
  } catch {
    // Neither JSON nor YAML before its variables are filled in.
    return undefined;
  }
}
