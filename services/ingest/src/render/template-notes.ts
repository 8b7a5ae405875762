import type { GenerationRow } from '@lathe/contracts/artifact/dataset';
import type { EncodedConversation } from '@lathe/tokenizer/chat-conversation';
import type { RowIssue } from '../check/validate-message.ts';

/**
 * What a chat template makes of a row that its author may not expect: text that it leaves out, a prompt that goes on
 * otherwise than the answers. `encoded`: the row, or each of its answers with what stands before it. Answers that
 * came to the same tokens are an error: neither can be preferred.
 */
export function notesOf(row: GenerationRow, encoded: readonly EncodedConversation[]): RowIssue[] {
  const notes: RowIssue[] = [];
  for (const [index, { losses, promptSurplus }] of encoded.entries()) {
    for (const { message, kind, characters, of } of losses) {
      const place = placeOf(row, message, index);
      // What all answers have before them is told once.
      if (index > 0 && isBefore(row, message)) continue;
      const share = `${characters} of the ${of} characters of ${place}`;
      const told =
        kind === 'text'
          ? `the chat template leaves out or changes ${share}`
          : `the chat template strips white space, ${share}`;
      const rule = kind === 'text' ? 'template-drops' : 'template-strips';
      notes.push({ path: place, rule, message: told, level: 'warn' });
    }
    if (promptSurplus !== undefined && index === 0)
      notes.push({
        path: '',
        rule: 'prompt-differs',
        message: `the model is asked with ${JSON.stringify(promptSurplus)} before its answer, and the chat template does not write that before the answers that are trained`,
        level: 'warn',
      });
  }
  if (row.kind === 'preference' && areEqual(encoded))
    notes.push({
      path: 'non_preferred_output',
      rule: 'same',
      message:
        'preferred_output and non_preferred_output are the same in tokens, so neither can be preferred',
      level: 'error',
    });
  return notes;
}

function isBefore(row: GenerationRow, message: number): boolean {
  return (row.kind === 'preference' || row.kind === 'judged') && message < row.messages.length;
}

/** Where the content of a message stands in the user's row. */
function placeOf(row: GenerationRow, message: number, answer: number): string {
  if (row.kind !== 'preference' && row.kind !== 'judged') return `messages[${message}].content`;
  if (isBefore(row, message)) return `input.messages[${message}].content`;
  if (row.kind === 'judged') return 'output[0].content';
  return `${answer === 0 ? 'preferred_output' : 'non_preferred_output'}[0].content`;
}

function areEqual(encoded: readonly EncodedConversation[]): boolean {
  const [one, other] = encoded.map(({ examples }) => examples.map(({ tokens }) => tokens.join()));
  return one?.join(';') === other?.join(';');
}
