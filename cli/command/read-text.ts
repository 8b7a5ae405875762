import { CommandError } from './failure.ts';

/** All of standard input, without the line's end. Throws CommandError where it is empty, or a terminal. */
export async function readText(input: NodeJS.ReadStream): Promise<string> {
  if (input.isTTY)
    throw new CommandError('usage', 'Nothing to ask: give a text, or one through a pipe.');
  let text = '';
  input.setEncoding('utf8');
  for await (const piece of input) text += String(piece);
  if (text.trim() === '')
    throw new CommandError('usage', 'Standard input is empty: there is nothing to ask.');
  return text.replace(/\r?\n$/, '');
}
