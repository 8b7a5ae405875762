/** Writes docs/cli.md, all about the command `lathe`, from its table: `node tools/write-cli.ts`. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from '../cli/command/command.ts';
import { exitCodes } from '../cli/command/exit-codes.ts';
import { optionWord, usageLine } from '../cli/command/help.ts';
import { commonOptions } from '../cli/command/parse.ts';
import { commands } from '../cli/commands.ts';

const file = new URL('../docs/cli.md', import.meta.url);
/** What people write stands above this line. */
const mark = '<!-- commands -->';

/** `docs/cli.md` as it should be, of what stands there. */
export function cliDocument(now: string): string {
  const [written = ''] = now.split(mark);
  return `${written}${mark}

Written by \`node tools/write-cli.ts\` from cli/commands.ts; \`lathe help\` says the same.

${commands.map(commandSection).join('\n')}
## Options of every command

${optionRows(commonOptions).join('\n')}

## Exit status

| status | meaning |
| --- | --- |
${Object.values(exitCodes)
  .map(({ status, meaning }) => `| ${status} | ${meaning} |`)
  .join('\n')}
`;
}

function commandSection(command: Command): string {
  const { name, summary, details, args, options, examples = [] } = command;
  const rows = [
    ...args.map(({ name: word, meaning }) => `| \`<${word}>\` | ${cell(meaning)} |`),
    ...optionRows(options).slice(2),
  ];
  return [
    `## lathe ${name}`,
    '',
    `    ${usageLine(command)}`,
    '',
    ...[summary, details ?? ''].filter((text) => text !== '').map(prose),
    ...(rows.length === 0 ? [] : ['', '| | |', '| --- | --- |', ...rows]),
    ...(examples.length === 0 ? [] : ['', ...examples.map((each) => `    ${each}`)]),
    '',
  ].join('\n');
}

function optionRows(options: Command['options']): string[] {
  return [
    '| | |',
    '| --- | --- |',
    ...Object.entries(options).map(
      ([name, option]) =>
        `| \`${optionWord(name, option)}\` | ${cell(option.meaning)}${option.many === true ? '; several times' : ''} |`,
    ),
  ];
}

function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|');
}

/** A text of the table in Markdown, in which angle brackets would be taken for tags. */
function prose(text: string): string {
  return text.replaceAll('<', '\\<');
}

if (import.meta.main) await writeFile(file, cliDocument(await readFile(file, 'utf8')));
