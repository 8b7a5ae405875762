import type { Command } from '../command/command.ts';
import { groupsOf, lister, optionsOf, quoted } from './choices.ts';

/** The completion for bash; zsh takes it through its own bashcompinit. */
export function bashCompletion(commands: readonly Command[]): string {
  const groups = groupsOf(commands);
  const seconds = [...groups].flatMap(([first, members]) => {
    const words = members.flatMap(({ name }) => name.split(' ')[1] ?? []);
    return words.length === 0 ? [] : [`      ${first}) words=${quoted(words.join(' '))} ;;`];
  });
  return `# Completion of lathe: eval "$(lathe completion bash)"
_lathe() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local first="\${COMP_WORDS[1]}" second="\${COMP_WORDS[2]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=${quoted([...groups.keys(), 'help'].join(' '))}
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  if [ "$COMP_CWORD" -eq 2 ]; then
    case "$first" in
${seconds.join('\n')}
    esac
    if [ -n "$words" ]; then
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      return
    fi
  fi
  case "$first $second" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -o default -F _lathe lathe
`;
}

function commandCase(command: Command): string {
  const { name, args } = command;
  const options = Object.entries(optionsOf(command));
  const valued = options.flatMap(([option, { value, completion, short }]) => {
    if (value === undefined) return [];
    const words = short === undefined ? `--${option}` : `--${option}|-${short}`;
    const list = lister(completion);
    const act = list === null ? 'return' : `words="$(${list})"`;
    return [`        ${words}) ${act} ;;`];
  });
  const flags = options.map(([option]) => `--${option}`).join(' ');
  const argument = args.map(({ completion }) => lister(completion)).find((list) => list !== null);
  const pattern = name.includes(' ') ? `${quoted(name)}` : `${quoted(`${name} `)}*`;
  return `    ${pattern})
      case "$before" in
${valued.join('\n')}
        *)
          if [ "\${current#-}" != "$current" ]; then words=${quoted(flags)}
          else ${argument === undefined ? 'return' : `words="$(${argument})"`}
          fi ;;
      esac
      COMPREPLY=($(compgen -W "$words" -- "$current")) ;;`;
}
