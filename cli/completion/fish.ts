import type { Command } from '../command/command.ts';
import { groupsOf, lister, optionsOf, quoted } from './choices.ts';

/** The completion for fish. */
export function fishCompletion(commands: readonly Command[]): string {
  const groups = groupsOf(commands);
  const firsts = [...groups].map(([first, members]) => {
    const summary =
      members.length === 1 ? (members[0]?.summary ?? '') : `${members.length} commands`;
    return `complete -c lathe -f -n __fish_use_subcommand -a ${first} -d ${quoted(summary)}`;
  });
  return [
    '# Completion of lathe: lathe completion fish | source',
    ...firsts,
    `complete -c lathe -f -n __fish_use_subcommand -a help -d ${quoted('says more of a command')}`,
    ...[...groups].flatMap(([first, members]) =>
      members.flatMap((command) => commandLines(command, first, members)),
    ),
    '',
  ].join('\n');
}

function commandLines(command: Command, first: string, members: readonly Command[]): string[] {
  const second = command.name.split(' ')[1];
  const seconds = members.flatMap(({ name }) => name.split(' ')[1] ?? []).join(' ');
  const inGroup = `__fish_seen_subcommand_from ${first}`;
  const here =
    second === undefined ? inGroup : `${inGroup}; and __fish_seen_subcommand_from ${second}`;
  const named =
    second === undefined
      ? []
      : [
          `complete -c lathe -f -n ${quoted(`${inGroup}; and not __fish_seen_subcommand_from ${seconds}`)} -a ${second} -d ${quoted(command.summary)}`,
        ];
  const options = Object.entries(optionsOf(command)).map(
    ([name, { meaning, value, short, completion }]) => {
      const list = lister(completion);
      const takes =
        value === undefined ? '' : list === null ? ' -r' : ` -x -a ${quoted(`(${list})`)}`;
      return `complete -c lathe -n ${quoted(here)} -l ${name}${short === undefined ? '' : ` -s ${short}`}${takes} -d ${quoted(meaning)}`;
    },
  );
  const argument = command.args
    .map(({ completion }) => lister(completion))
    .find((list) => list !== null);
  const words =
    argument === undefined
      ? []
      : [`complete -c lathe -f -n ${quoted(here)} -a ${quoted(`(${argument})`)}`];
  return [...named, ...options, ...words];
}
