import { command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { localConfig } from '../platform/local-config.ts';
import { localEnvironment } from '../profile/target.ts';
import type { Paint } from '../terminal/paint.ts';
import type { Printer } from '../terminal/printer.ts';
import { padText, wrapText } from '../terminal/text-width.ts';
import { type Checked, type Finding, fault } from './finding.ts';
import { checkLathe } from './lathe-checks.ts';
import { checkMachine } from './machine-checks.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const marks: Readonly<
  Record<Finding['level'], { readonly mark: string; readonly colour: keyof Paint }>
> = {
  well: { mark: '✓', colour: 'green' },
  note: { mark: '!', colour: 'yellow' },
  fault: { mark: '✗', colour: 'red' },
};

export const doctor = command({
  name: 'doctor',
  summary: 'Looks at all that Lathe stands on, and says of each fault what cures it.',
  details:
    'This machine: settings, data folder, disk, ports, NATS, store, models. Then the Lathe that commands speak to: profile, address, parts, key, workers and their devices. It makes no more than the folders that a start makes. Exit status 1 where it finds a fault.',
  args: [],
  options: {
    remote: { meaning: 'leaves this machine out: only the Lathe that commands speak to' },
  },
  async run({ options, env, profile, out, isJson, json }) {
    const checked = [
      ...(options.remote ? [] : await machineOf(await localEnvironment(env, profile))),
      ...(await checkLathe(env, profile)),
    ];
    for (const one of checked)
      if (isJson) json(one);
      else for (const line of checkedLines(one, out)) out.line(line);
    const faults = checked
      .flatMap(({ findings }) => findings)
      .filter(({ level }) => level === 'fault');
    if (faults.length === 0) return;
    throw new CommandError(
      'failed',
      faults.length === 1 ? 'There is a fault.' : `There are ${faults.length} faults.`,
    );
  },
});

async function machineOf(env: Environment): Promise<Checked[]> {
  try {
    return await checkMachine(localConfig(env), env);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // Without settings nobody knows where the rest is.
    return [{ name: 'settings', findings: [fault(error.message, 'docs/settings.md')] }];
  }
}

/** Columns before what was found. */
const margin = 15;

function checkedLines(
  { name, findings }: Checked,
  { paint, width }: Pick<Printer, 'paint' | 'width'>,
): string[] {
  const under = (lines: readonly string[], first: string, later: string): string[] =>
    lines.map((line, at) => `${at === 0 ? first : later}${line}`);
  const blank = ' '.repeat(margin);
  const wrapped = (text: string): string[] => wrapText(text, width() - margin - 3);
  return findings.flatMap((finding) => {
    const { mark, colour } = marks[finding.level];
    const head = `${paint[colour](mark)} ${padText(name, margin - 3)} `;
    const found = under(wrapped(finding.what), head, blank);
    if (!('cure' in finding)) return found;
    return [...found, ...under(wrapped(finding.cure), `${blank}→ `, `${blank}  `)];
  });
}
