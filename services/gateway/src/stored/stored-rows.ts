import type { CompletionFilter } from '@lathe/contracts/http/stored-completion';
import { messageForRow } from './completion-dataset.ts';
import { chosenStored, keptOf, type StoredPorts } from './stored-completions.ts';

/**
 * Stored completions as rows of an eval, JSON Lines: `item.input` has the messages, `item.output` and `sample` what was answered then.
 */
export async function* storedRows(
  ports: Pick<StoredPorts, 'storedCompletions' | 'artifacts'>,
  project: string,
  filter: CompletionFilter,
): AsyncGenerator<Uint8Array> {
  for (const record of await chosenStored(ports, project, filter)) {
    const kept = await keptOf(ports, record);
    if (kept === null) continue;
    const { messages, completion } = kept;
    const output = completion.choices[0]?.message.content ?? '';
    const { id, model, metadata } = record;
    const item = { id, model, metadata, input: messages.map(messageForRow), output };
    yield Buffer.from(`${JSON.stringify({ item, sample: completion })}\n`);
  }
}
