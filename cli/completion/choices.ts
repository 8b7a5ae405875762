import type { Command, Completion, Options } from '../command/command.ts';
import { commonOptions } from '../command/parse.ts';

/** Prints what a shell offers for a kind of value, a word a line; files the shell knows by itself. */
const listers: Readonly<Record<'job' | 'model', string>> = {
  job: "lathe jobs list 2>/dev/null | awk 'NR > 1 { print $1 }'",
  model: "lathe models list 2>/dev/null | awk 'NR > 1 { print $1 }'",
};

/** A command line that prints the words for a value; null where they are files, or nobody knows them. */
export function lister(completion: Completion | undefined): string | null {
  if (completion === undefined || completion === 'file') return null;
  if (typeof completion !== 'string') return `printf '%s\\n' ${completion.join(' ')}`;
  return listers[completion];
}

/** The options that a command takes, its own first. */
export function optionsOf({ options }: Command): Options {
  return { ...options, ...commonOptions };
}

/** The first words of commands with what may follow each, in their order. */
export function groupsOf(commands: readonly Command[]): Map<string, Command[]> {
  return Map.groupBy(commands, ({ name }) => name.split(' ')[0] ?? name);
}

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
