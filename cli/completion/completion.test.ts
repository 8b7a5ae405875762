import { execFileSync, spawnSync } from 'node:child_process';
import { patienceMs } from '@lathe/testkit/patience';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { describe, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { completionOf } from './completion.ts';

/** Command lines, and what their last word becomes. */
const lines: readonly (readonly [line: string, word: string])[] = [
  ['lathe tu', 'tune'],
  ['lathe he', 'help'],
  ['lathe jobs ca', 'cancel'],
  ['lathe tune rows.jsonl --w', '--watch'],
  ['lathe jobs list --li', '--limit'],
  ['lathe jobs show jobs-o', 'jobs-one'],
  ['lathe chat --model models-t', 'models-two'],
  ['lathe data convert x.zip --source s', 'slack'],
  ['lathe completion f', 'fish'],
];

/** What the command prints for a shell. */
async function scriptFor(shell: string): Promise<string> {
  let script = '';
  const others = commands.filter(({ name }) => name !== 'completion');
  const call = { args: [shell], out: { write: (text: string) => (script += text) } };
  await completionOf(others).run(call as never);
  return script;
}

type Shell = {
  /** Arguments before the program. */
  readonly args: readonly string[];
  /** Loads the completion in the variable COMPLETION, and prints what the last word of each line becomes. */
  readonly program: string;
};

/** Stands in for the command: a head and two words. */
const lathe = `lathe() { printf 'head\\n%s-one\\n%s-two\\n' "$1" "$1"; }`;
const each = lines.map(([line]) => `'${line}'`).join(' ');

const shells: Readonly<Record<string, Shell>> = {
  bash: {
    args: ['--norc', '-c'],
    program: `${lathe}
eval "$COMPLETION"
for line in ${each}; do
  COMP_WORDS=($line); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _lathe; echo "\${COMPREPLY[@]}"
done`,
  },
  // In a terminal of its own, as a person presses Tab; another key tells what stands there then.
  zsh: {
    args: ['-f', '-c'],
    program: `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell '${lathe.replaceAll("'", `'\\''`)}'
zpty -w shell 'eval "$COMPLETION"'
zpty -w shell 'tell() { print -rn -- "<\${BUFFER}>"; BUFFER=; }; zle -N tell'
zpty -w shell 'bindkey "^I" complete-word "^X" tell; print -n "rea""dy"'
zpty -r shell said '*ready*'
for line in ${each}; do
  zpty -w -n shell "$line"$'\\t\\C-x'
  zpty -r shell said '*<*>'
  said=\${said##*<}; said=\${said%>}; print -r -- "\${\${said% }##* }"
done
zpty -d shell`,
  },
  fish: {
    args: ['--no-config', '-c'],
    program: `function lathe; printf 'head\\n%s-one\\n%s-two\\n' $argv[1] $argv[1]; end
echo $COMPLETION | source
for line in ${each}; complete -C$line | string split -f1 \\t | string join ' '; end; exit 0`,
  },
};

describe.each(Object.entries(shells))('%s', (shell, { args, program }) => {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  it.runIf(isThere)(
    `completes commands, options and values${isThere ? '' : ': not installed'}`,
    async () => {
      await using home = await tempFolder();
      const said = execFileSync(shell, [...args, program], {
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          TERM: 'xterm',
          HOME: home.path,
          COMPLETION: await scriptFor(shell),
        },
        timeout: patienceMs,
      });
      expect(said.trimEnd().split('\n')).toEqual(lines.map(([, word]) => word));
    },
  );
});
