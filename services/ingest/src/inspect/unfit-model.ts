import { LatheError } from '@lathe/contracts/error';
import type { RowsRead } from '../rows/row-task.ts';
import type { Rows } from '../rows/rows.ts';

/** Why a model is none for the rows of a file, though another of its kind may be: what a try with that one cures is no verdict on the file. */
export class UnfitModel extends LatheError {
  /** A clause. */
  readonly why: string;
  /** Whether it is for the tools that rows have. */
  readonly isForTools: boolean;

  constructor(why: string, { isForTools, cause }: { isForTools: boolean; cause?: unknown }) {
    super('unsupported_model', why, { param: 'model', cause, retryable: true });
    this.name = 'UnfitModel';
    this.why = why;
    this.isForTools = isForTools;
  }
}

/**
 * Rows that throw UnfitModel where the model cannot be opened for them, at the first with tools where its chat template takes
 * none, and where that refuses most of the lines that are read first.
 */
export function unlessUnfit(rows: Rows): Rows {
  let isFirst = true;
  return {
    ...rows,
    async open(lesson) {
      try {
        return await rows.open(lesson);
      } catch (error) {
        if (!(error instanceof LatheError) || error.code !== 'unsupported_model') throw error;
        const why = error.message.replace(/^The/, 'the').replace(/\.$/, '');
        throw new UnfitModel(why, { isForTools: false, cause: error });
      }
    },
    async read(lesson, lines, options) {
      const { length } = lines.numbers;
      const reads = await rows.read(lesson, lines, options);
      if (isFirst) requireTemplate(reads, length);
      isFirst = false;
      requireTools(reads);
      return reads;
    },
  };
}

function requireTools(reads: RowsRead): void {
  for (const read of reads) {
    if (!('issues' in read)) continue;
    const { number, issues } = read;
    const refusal = issues.find(({ rule }) => rule === 'template-tools')?.message;
    if (refusal === undefined) continue;
    const why = refusal.slice(refusal.indexOf(': ') + 2);
    throw new UnfitModel(`${why}, and line ${number} has some`, { isForTools: true });
  }
}

function requireTemplate(reads: RowsRead, lines: number): void {
  const refused = reads.flatMap((read) =>
    'issues' in read
      ? read.issues.flatMap(({ rule, message }) =>
          rule === 'template' ? [`line ${read.number}: ${message}`] : [],
        )
      : [],
  );
  const [first] = refused;
  if (first !== undefined && 2 * refused.length > lines)
    throw new UnfitModel(first, { isForTools: false });
}
