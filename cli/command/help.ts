import { padText, textWidth, wrapText } from '../terminal/text-width.ts';
import type { Argument, Command, Option, Options } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { commonOptions } from './parse.ts';

/** `lathe jobs show [<job>] [options]` */
export function usageLine({ name, args, options }: Command): string {
  const words = args.map(argumentWord);
  return ['lathe', name, ...words, ...(Object.keys(options).length > 0 ? ['[options]'] : [])].join(
    ' ',
  );
}

function argumentWord({ name, isOptional, many }: Argument): string {
  const word = `<${name}>${many === true ? ' …' : ''}`;
  return isOptional === true ? `[${word}]` : word;
}

/** `-f, --follow` or `--set <key=value>` */
export function optionWord(name: string, { short, value }: Option): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** The help of one command, in lines of at most so many columns. */
export function commandHelp(command: Command, columns: number): string[] {
  const { summary, details, examples = [], args, options } = command;
  return [
    `usage: ${usageLine(command)}`,
    '',
    ...wrapText(summary, columns),
    ...(details === undefined ? [] : ['', ...wrapText(details, columns)]),
    ...section(
      'arguments',
      args.map((arg) => [`<${arg.name}>`, arg.meaning]),
      columns,
    ),
    ...section('options', optionRows(options), columns),
    ...section('options of every command', optionRows(commonOptions), columns),
    ...(examples.length === 0
      ? []
      : ['', 'examples:', ...examples.flatMap((each) => commandLines(each, columns))]),
  ];
}

/** A command in lines that fit, each but the last ended so that a shell goes on with the next. */
function commandLines(command: string, columns: number): string[] {
  const lines = wrapText(command, columns - 6);
  return lines.map(
    (line, at) => `${at === 0 ? '  ' : '    '}${line}${at < lines.length - 1 ? ' \\' : ''}`,
  );
}

/** All commands with a line each. */
export function overview(commands: readonly Command[], columns: number): string[] {
  return [
    'usage: lathe <command> [options]',
    '',
    ...wrapText('Fine-tune open language models on your own machines, from the terminal.', columns),
    ...section(
      'commands',
      commands.map((command) => [
        [command.name, ...command.args.map(argumentWord)].join(' '),
        command.summary,
      ]),
      columns,
    ),
    ...section('options of every command', optionRows(commonOptions), columns),
    ...section(
      'exit status',
      Object.values(exitCodes).map(({ status, meaning }) => [String(status), meaning]),
      columns,
    ),
    '',
    'lathe help <command> says more; docs/cli.md has it all.',
  ];
}

function optionRows(options: Options): [string, string][] {
  return Object.entries(options).map(([name, option]) => [
    optionWord(name, option),
    `${option.meaning}${option.many === true ? '; several times' : ''}`,
  ]);
}

/** Widest left column; a longer word has its line to itself. */
const mostWordColumns = 30;

function section(
  head: string,
  rows: readonly (readonly [string, string])[],
  columns: number,
): string[] {
  if (rows.length === 0) return [];
  const widths = rows.map(([word]) => textWidth(word)).filter((width) => width <= mostWordColumns);
  const left = Math.max(0, ...widths);
  const room = Math.max(20, columns - left - 4);
  return [
    '',
    `${head}:`,
    ...rows.flatMap(([word, meaning]) => {
      const [first = '', ...more] = wrapText(meaning, room);
      const rest = more.map((line) => `${' '.repeat(left + 4)}${line}`);
      if (textWidth(word) > left) return [`  ${word}`, `${' '.repeat(left + 4)}${first}`, ...rest];
      return [`  ${padText(word, left)}  ${first}`, ...rest];
    }),
  ];
}
