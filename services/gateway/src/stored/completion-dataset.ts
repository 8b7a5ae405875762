import { LatheError } from '@lathe/contracts/error';
import type {
  CompletionDataset,
  Feedback,
  KeptCompletion,
} from '@lathe/contracts/http/stored-completion';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { Records } from '@lathe/platform/records';
import { makeFile } from '../files/make-file.ts';
import { chosenStored, keptOf, type StoredPorts } from './stored-completions.ts';

export type CompletionDatasetPorts = StoredPorts & Pick<Records, 'files'>;

/**
 * Makes a training file of stored completions: what one model answered, and people corrected, is what another one learns.
 * Throws `invalid_value` where none of them gives a row.
 */
export async function makeCompletionDataset(
  ports: CompletionDatasetPorts,
  project: string,
  request: CompletionDataset,
): Promise<FileRecord> {
  const records = await chosenStored(ports, project, request);
  async function* lines(): AsyncGenerator<Uint8Array> {
    for (const record of records) {
      const kept = await keptOf(ports, record);
      if (kept === null) continue;
      for (const row of rowsOf(request.rows, kept, record.feedback))
        yield Buffer.from(`${JSON.stringify(row)}\n`);
    }
  }
  const file = await makeFile(ports, project, {
    filename: `stored-completions-${request.rows}.jsonl`,
    purpose: 'fine-tune',
    lines: lines(),
  });
  if (file !== null) return file;
  throw new LatheError(
    'invalid_value',
    `None of the ${records.length} stored completions that are meant gives a row of ${request.rows}.`,
    { param: 'rows' },
  );
}

/** The rows that one completion gives, as OpenAI writes those of each kind. */
export function rowsOf(
  kind: CompletionDataset['rows'],
  { messages: given, asked, completion }: KeptCompletion,
  feedback: Feedback | null,
): object[] {
  const message = completion.choices[0]?.message;
  if (message === undefined) return [];
  const messages = given.map(messageForRow);
  const { content, tool_calls } = message;
  const answer = {
    role: 'assistant',
    ...(content !== null && { content }),
    ...(tool_calls && { tool_calls }),
  };
  const better = feedback?.better_answer ?? null;
  const improved = better === null ? null : { role: 'assistant', content: better };
  const tools = asked.tools != null && asked.tools.length > 0 ? { tools: asked.tools } : {};
  switch (kind) {
    case 'chats':
      if (improved === null && feedback?.rating === 'down') return [];
      return [{ messages: [...messages, improved ?? answer], ...tools }];
    case 'preferences':
      return improved === null
        ? []
        : [
            {
              input: { messages, ...tools },
              preferred_output: [improved],
              non_preferred_output: [answer],
            },
          ];
    case 'judged':
      return feedback?.rating == null
        ? []
        : [{ input: { messages, ...tools }, output: [answer], label: feedback.rating === 'up' }];
  }
}

/** A message without the fields that ask for nothing, its parts of text as one. */
export function messageForRow(message: KeptCompletion['messages'][number]): object {
  const { content, ...rest } = message;
  const text = Array.isArray(content) ? content.map((part) => part.text).join('') : content;
  return Object.fromEntries(
    Object.entries({ ...rest, content: text }).filter(([, value]) => value != null),
  );
}
