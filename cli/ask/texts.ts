import type { Argument, Call, Options } from '../command/command.ts';
import { readText } from '../command/read-text.ts';

/** The texts that a command is about. */
export const textsArgument = {
  name: 'text',
  meaning: 'the texts; without any, each line of standard input is one',
  isOptional: true,
  many: true,
} as const satisfies Argument;

/** The model that is asked. */
export const modelOption = {
  model: {
    meaning: 'the newest that was tuned for it by default',
    value: '<model>',
    short: 'm',
    completion: 'model',
  },
} as const satisfies Options;

/** The texts of the command line, or the lines of standard input. */
export async function textsOf({ args, input }: Pick<Call, 'args' | 'input'>): Promise<string[]> {
  if (args.length > 0) return [...args];
  return (await readText(input)).split(/\r?\n/).filter((line) => line !== '');
}
