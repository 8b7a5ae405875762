import { type Command, command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';

const shells: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashCompletion,
  zsh: (commands) =>
    `#compdef lathe\nautoload -U +X compinit bashcompinit && compinit && bashcompinit\n${bashCompletion(commands)}`,
  fish: fishCompletion,
};

/** The command that prints completions of all commands, itself among them. */
export function completionOf(others: readonly Command[]): Command {
  const own: Command = command({
    name: 'completion',
    summary: 'Prints the completion for a shell: bash, zsh or fish.',
    details:
      'It completes the word lathe: alias lathe="npx lathe", or put cli/lathe.mjs on PATH under that name.',
    examples: [
      'eval "$(lathe completion bash)"    # in ~/.bashrc',
      'eval "$(lathe completion zsh)"     # in ~/.zshrc',
      'lathe completion fish | source     # in ~/.config/fish/config.fish',
    ],
    args: [{ name: 'shell', meaning: 'bash, zsh or fish', completion: Object.keys(shells) }],
    options: {},
    async run({ args: [name = ''], out }) {
      const shell = shells[name];
      if (shell === undefined)
        throw new CommandError(
          'usage',
          `There is no completion for "${name}": there is one for ${Object.keys(shells).join(', ')}.`,
        );
      out.write(shell([...others, own]));
    },
  });
  return own;
}
