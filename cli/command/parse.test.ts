import { expect, it } from 'vitest';
import { command } from './command.ts';
import { commandHelp, overview } from './help.ts';
import { parseCommandLine } from './parse.ts';

const run = async (): Promise<void> => undefined;
const commands = [
  command({
    name: 'tune',
    summary: 'Tunes.',
    args: [{ name: 'file', meaning: 'the rows' }],
    options: {
      watch: { meaning: 'follows', short: 'w' },
      set: { meaning: 'a setting', value: '<path=value>', many: true },
      model: { meaning: 'a model', value: '<model>' },
    },
    run,
  }),
  command({
    name: 'chat',
    summary: 'Talks.',
    args: [{ name: 'message', meaning: 'a question', isOptional: true, many: true }],
    options: {},
    run,
  }),
  command({ name: 'jobs list', summary: 'Lists.', args: [], options: {}, run }),
  command({ name: 'jobs show', summary: 'Shows.', args: [], options: {}, run }),
];
const parse = (line: string) => parseCommandLine(line.split(' '), commands);

it('gives a command its words, flags and values', () => {
  expect(parse('tune a.jsonl -w --set a.b=1 --set c=2 --json --profile lab')).toMatchObject({
    kind: 'command',
    parsed: {
      args: ['a.jsonl'],
      values: { watch: true, set: ['a.b=1', 'c=2'] },
      isJson: true,
      profile: 'lab',
    },
  });
  expect(parse('tune a.jsonl')).toMatchObject({ parsed: { values: { set: [] }, isJson: false } });
  expect(parse('chat one two')).toMatchObject({ parsed: { args: ['one', 'two'] } });
});

it.each([
  ['jbos list', 'There is no command "jbos": did you mean "jobs"? lathe help names all.'],
  ['nonsense', 'There is no command "nonsense". lathe help names all.'],
  ['jobs shwo', 'lathe jobs has no "shwo": it has list, show.'],
  ['tune', '<file> is missing: the rows. See lathe tune --help.'],
  ['tune a b', '"b" is one word too many. See lathe tune --help.'],
  ['tune a --wacth', 'There is no option --wacth: did you mean "--watch"? See lathe tune --help.'],
  ['tune a --model', "Option '--model <value>' argument missing. See lathe tune --help."],
])('%s: %s', (line, message) => {
  expect(() => parse(line)).toThrow(expect.objectContaining({ reason: 'usage', message }));
});

it('gives help about all, a group, or one command', () => {
  const about = (line: string): string[] => {
    const asked = parse(line);
    return asked.kind === 'help' ? asked.about.map(({ name }) => name) : [];
  };
  expect(about('--help')).toHaveLength(commands.length);
  expect(about('jobs')).toEqual(['jobs list', 'jobs show']);
  expect(about('tune --help')).toEqual(['tune']);
  expect(about('help jobs show')).toEqual(['jobs show']);
});

it('names every command and exit status in the overview, within the width', () => {
  const lines = overview(commands, 60);
  for (const { name } of commands) expect(lines.join('\n')).toContain(`  ${name}`);
  expect(lines.join('\n')).toContain('  130  Ctrl-C');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(90);
});

it('an example that is wider than the terminal goes on in the next line, as a shell reads it', () => {
  const example = `lathe jobs list --set ${'lathe.adaptation.type=lora --set '.repeat(3)}a=b`;
  const wide = command({
    ...{ name: 'jobs list', summary: 'Lists.', args: [], options: {}, run },
    examples: [example],
  });
  const lines = commandHelp(wide, 60);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  const shown = lines.slice(lines.indexOf('examples:') + 1);
  expect(shown.length).toBeGreaterThan(1);
  expect(
    shown
      .join('\n')
      .replaceAll(/ \\\n\s+/g, ' ')
      .trim(),
  ).toBe(example);
});
