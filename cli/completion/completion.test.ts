import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';

const script = bashCompletion(commands);

/** What bash offers for the last word of a command line. */
function offered(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const program = `lathe() { printf 'head\\n%s one\\n%s two\\n' "$1-a" "$1-b"; }
${script}
COMP_WORDS=(lathe ${quoted}); COMP_CWORD=${words.length}; _lathe; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  return said.split('\n').filter((word) => word !== '');
}

it('bash offers commands, their second words and options', () => {
  expect(offered('jo')).toEqual(['jobs']);
  expect(offered('')).toEqual(expect.arrayContaining(['up', 'tune', 'jobs', 'doctor', 'help']));
  expect(offered('jobs', 'ca')).toEqual(['cancel']);
  expect(offered('tune', 'rows.jsonl', '--w')).toEqual(['--watch']);
  expect(offered('jobs', 'list', '--')).toEqual(['--limit', '--json', '--profile', '--help']);
});

it('bash offers what Lathe has: jobs, models, and choices of an option', () => {
  expect(offered('jobs', 'show', '')).toEqual(['jobs-a', 'jobs-b']);
  expect(offered('chat', '--model', '')).toEqual(['models-a', 'models-b']);
  expect(offered('data', 'convert', 'x.zip', '--source', 's')).toEqual(['slack']);
});

it('fish has a line for every command and option', () => {
  const lines = fishCompletion(commands);
  for (const { name, options } of commands) {
    expect(lines).toContain(` -a ${name.split(' ').at(-1)} `);
    for (const option of Object.keys(options)) expect(lines).toContain(` -l ${option}`);
  }
  expect(lines).not.toContain('undefined');
});
