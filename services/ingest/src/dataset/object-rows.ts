import { readContainer } from '../read/container/open-container.ts';
import { refusal } from '../read/container/refusal.ts';
import { linesOf, unreadRule } from '../read/lines.ts';
import { parseLine } from '../read/parse.ts';
import type { Tally } from '../talk/tally.ts';
import type { Making } from './making.ts';
import type { Source } from './sources.ts';

/** A row of a file as an object, with the line it stands on and the text of its JSON. */
export type ObjectRow = {
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** The rows of a file in any container; one that is no object is counted by reason. */
export async function* objectRows(
  { record, read }: Source,
  { ports, tally }: Pick<Making, 'ports'> & { readonly tally: Tally },
): AsyncGenerator<ObjectRow> {
  const { settings } = ports;
  const lines = readContainer(read(), {
    param: 'files',
    name: record.filename,
    limits: settings,
    folder: ports.workFolder,
    onSplit: (split) => {
      if (split === 'validation') tally.add('rows of the split validation', record.filename);
    },
    tell: ({ number, message }) => tally.add(message, `${record.filename} line ${number}`),
  });
  for await (const group of lines)
    for (const line of linesOf(group)) {
      const place = `${record.filename} line ${line.number}`;
      const parsed = parseLine(line, settings);
      if ('problem' in parsed && parsed.problem.rule === unreadRule)
        throw refusal(
          'files',
          `cannot be read beyond line ${line.number}: ${parsed.problem.message}`,
        );
      if ('problem' in parsed) tally.add(parsed.problem.message, place);
      else if (
        typeof parsed.value !== 'object' ||
        parsed.value === null ||
        Array.isArray(parsed.value)
      )
        tally.add('the line is no JSON object', place);
      else
        yield {
          line: line.number,
          value: parsed.value as ObjectRow['value'],
          text: parsed.text,
        };
    }
}
