import type { CleaningReport, Finding } from '@lathe/contracts/artifact/dataset';
import type { CleaningOptions } from '@lathe/contracts/http/cleaning';
import type { Findings } from '../check/findings.ts';
import type { Spool } from '../read/spool.ts';
import type { Numbers } from '../row-numbers.ts';
import { type Contact, findContacts } from './contamination.ts';
import type { FileCleaning } from './file-cleaning.ts';
import type { RowFinders } from './row-finders.ts';

/** What is known of each row of the training file, by its index in the spool. */
type RowsToPart = {
  readonly lines: Numbers;
  readonly members: Pick<readonly (string | undefined)[], 'at'>;
  readonly numbers: Numbers;
  readonly groups: Numbers;
  readonly cleaning: FileCleaning;
};

export type PartedFiles = {
  readonly training: { readonly rows: RowsToPart; readonly spool: Pick<Spool, 'jsons'> };
  readonly validation: { readonly spool: Pick<Spool, 'jsons'> } | null;
  readonly heldOut: Uint8Array | null;
  readonly options: CleaningOptions;
};

export type Parted = {
  /** Numbers of rows that go to neither side. */
  readonly dropped: ReadonlySet<number>;
  readonly counts: CleaningReport['contamination'];
};

const ways: Readonly<Record<Contact['how'], readonly [does: string, too: string]>> = {
  prompts: ['asks what', 'asks'],
  near: ['nearly says what', 'says'],
  phrases: ['has a phrase that', 'has'],
};

/**
 * Names the rows of the training file that a row which is scored says too, and unless that is to be reported only says which are left
 * out, so that no score is for what was learned by heart.
 */
export async function keepApart(
  { training, validation, heldOut, options }: PartedFiles,
  ports: {
    readonly findings: Findings;
    readonly breathe: () => Promise<void>;
    readonly finders: RowFinders | undefined;
  },
): Promise<Parted> {
  const { rows, spool } = training;
  const { contacts, isComplete } = await findContacts({
    training: () => spool.jsons(),
    validation: validation === null ? null : () => validation.spool.jsons(),
    ...{ numbers: rows.numbers, clusters: rows.groups, lines: rows.lines },
    ...{ heldOut, relations: rows.cleaning.relations },
    ...{ breathe: ports.breathe, finders: ports.finders },
  });
  const isDropped = options.contamination !== 'report';
  const dropped = isDropped ? contacts.size : 0;
  const counts = { prompts: 0, near: 0, phrases: 0, dropped, isComplete };
  const outcome = isDropped ? '; it was left out' : '';
  let before = -1;
  let at = 0;
  for (const number of rows.numbers) {
    const index = at++;
    const contact = contacts.get(number);
    if (contact === undefined || number === before) continue;
    before = number;
    counts[contact.how]++;
    const found = finding(rows, index, `${told(contact, validation !== null)}${outcome}`);
    if (isDropped) ports.findings.addLeftOut(found);
    else ports.findings.add(found);
  }
  return { dropped: isDropped ? new Set(contacts.keys()) : new Set(), counts };
}

function told({ how, line }: Contact, hasFile: boolean): string {
  const [does, too] = ways[how];
  const where = hasFile ? 'of the validation file' : 'of the held-out rows';
  return `the row ${does} line ${line} ${where} ${too}`;
}

function finding({ lines, members }: RowsToPart, index: number, message: string): Finding {
  const member = members.at(index);
  return {
    ...{
      file: 'training_file',
      line: lines.at(index) ?? 0,
      path: '',
      rule: 'contamination',
      message,
    },
    ...(member !== undefined && { member }),
    level: 'warn',
  };
}
