import { parseArgs } from 'node:util';
import type { Command, Option, Options } from './command.ts';
import { CommandError } from './failure.ts';

/** Taken by every command. */
export const commonOptions = {
  json: { meaning: "answers as the API's JSON, one value a line; errors too" },
  profile: { meaning: 'another Lathe than the current one', value: '<name>' },
  help: { meaning: 'this help', short: 'h' },
} as const satisfies Options;

export type Parsed = {
  readonly command: Command;
  readonly args: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly isJson: boolean;
  readonly profile: string | undefined;
};

/** What a command line asks for: a command, or help about one, or about all. */
export type Asked =
  | { readonly kind: 'command'; readonly parsed: Parsed }
  | { readonly kind: 'help'; readonly about: readonly Command[] };

/** Reads a command line by the table of commands. Throws CommandError of one sentence that says what would be right. */
export function parseCommandLine(words: readonly string[], commands: readonly Command[]): Asked {
  const [first] = words;
  if (first === undefined || first === '--help' || first === '-h')
    return { kind: 'help', about: commands };
  const isHelp = first === 'help';
  const said = isHelp ? words.slice(1) : words;
  if (isHelp && said.length === 0) return { kind: 'help', about: commands };
  const found = findCommand(said, commands);
  if (found === undefined) {
    const group = commands.filter(({ name }) => name.startsWith(`${said[0]} `));
    const wantsHelp = isHelp || said.length === 1 || said.includes('--help') || said.includes('-h');
    if (group.length > 0 && wantsHelp) return { kind: 'help', about: group };
    throw new CommandError('usage', unknownCommand(said, commands, group));
  }
  const { command, rest } = found;
  if (isHelp || rest.includes('--help') || rest.includes('-h'))
    return { kind: 'help', about: [command] };
  return { kind: 'command', parsed: parseRest(command, rest) };
}

function findCommand(
  words: readonly string[],
  commands: readonly Command[],
): { command: Command; rest: readonly string[] } | undefined {
  for (const count of [2, 1]) {
    const command = commands.find(({ name }) => name === words.slice(0, count).join(' '));
    if (command !== undefined && command.name.split(' ').length === count)
      return { command, rest: words.slice(count) };
  }
  return undefined;
}

function unknownCommand(
  [first = '', second = '']: readonly string[],
  commands: readonly Command[],
  group: readonly Command[],
): string {
  if (group.length > 0) {
    const known = group.map(({ name }) => name.split(' ')[1]).join(', ');
    return `lathe ${first} has no "${second}": it has ${known}.`;
  }
  const names = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  return `There is no command "${first}"${nearest(first, names)} lathe help names all.`;
}

/** `: did you mean "jobs"?` of a word that is nearly one of several, else a full stop. */
function nearest(word: string, known: readonly string[]): string {
  const near = known
    .map((name) => ({ name, edits: editsBetween(word, name) }))
    .toSorted((a, b) => a.edits - b.edits)[0];
  if (near === undefined || near.edits > Math.ceil(near.name.length / 2)) return '.';
  return `: did you mean "${near.name}"?`;
}

/** Levenshtein's distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min(
          (row[j] ?? 0) + (char === other ? 0 : 1),
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

function parseRest(command: Command, words: readonly string[]): Parsed {
  const all: Options = { ...command.options, ...commonOptions };
  const { values, positionals } = parseWords(command, all, words);
  const needed = command.args.filter(({ isOptional }) => isOptional !== true);
  const missing = needed[positionals.length];
  if (missing !== undefined)
    throw usage(command, `<${missing.name}> is missing: ${missing.meaning}`);
  const last = command.args.at(-1);
  const extra = positionals[command.args.length];
  if (extra !== undefined && last?.many !== true)
    throw usage(command, `"${extra}" is one word too many`);
  const { json, profile, help: _help, ...own } = values;
  for (const [name, { many }] of Object.entries(command.options))
    if (many === true) own[name] ??= [];
  return {
    command,
    args: positionals,
    values: own,
    isJson: json === true,
    profile: typeof profile === 'string' ? profile : undefined,
  };
}

type Words = {
  values: Record<string, string | boolean | string[] | undefined>;
  positionals: string[];
};

function parseWords(command: Command, all: Options, words: readonly string[]): Words {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: Object.fromEntries(
        Object.entries(all).map(([name, { value, many, short }]: [string, Option]) => [
          name,
          {
            type: value === undefined ? ('boolean' as const) : ('string' as const),
            ...(many && { multiple: true }),
            ...(short !== undefined && { short }),
          },
        ]),
      ),
      allowPositionals: true,
      strict: true,
    });
    return { values: { ...values } as Words['values'], positionals };
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error)) throw error;
    if (error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw usage(command, firstSentence(error.message));
    const unknown = /'(--?[^']*)'/.exec(error.message)?.[1] ?? '';
    const names = Object.keys(all);
    throw usage(
      command,
      `there is no option ${unknown}${nearest(unknown.replace(/^-+/, ''), names).replace('"', '"--')}`,
    );
  }
}

function firstSentence(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/\.$/, '');
}

function usage(command: Command, what: string): CommandError {
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}${/[.?]$/.test(what) ? '' : '.'}`;
  return new CommandError('usage', `${sentence} See lathe ${command.name} --help.`);
}
