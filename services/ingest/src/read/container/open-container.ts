import { type LineGroup, lastOf, withMember } from '../lines.ts';
import type { Member } from './archive.ts';
import { archiveRows } from './archive-rows.ts';
import { type Form, formOf } from './form.ts';
import { createBudget, Unreadable } from './limits.ts';
import { openLocalFile } from './local-file.ts';
import { memberRows } from './member-rows.ts';
import type { ContainerOptions, Note, Reading } from './options.ts';
import { parquetRows } from './parquet/parquet-rows.ts';
import { refusal } from './refusal.ts';
import { spoolFile, watched } from './spool-file.ts';
import { textFormRows } from './text-form.ts';

/**
 * The rows of an upload as lines of JSON, whatever it is by its bytes: JSON of any layout, tables, words with tags, text,
 * Parquet, each also packed, and archives of these. Memory does not grow with the file. Throws `invalid_file_format` in one
 * sentence for what is none of these, damaged, cut short, or unpacks to more than the limits.
 */
export async function* readContainer(
  source: AsyncIterable<Uint8Array>,
  options: ContainerOptions,
): AsyncGenerator<LineGroup> {
  yield* placed(options, async function* (reading) {
    const { name = '', openStored } = options;
    const form = await formOf({ name, read: () => source, openStored }, reading);
    yield* formRows(form, undefined, reading);
  });
}

/** An upload of several that are read together. */
export type Upload = Pick<Member, 'name' | 'read' | 'openStored'>;

/**
 * The rows of several uploads, which are read as if one archive held them, in their order. Throws `invalid_file_format` as
 * `readContainer` does, and for an archive among them.
 */
export async function* readUploads(
  uploads: readonly Upload[],
  options: ContainerOptions,
): AsyncGenerator<LineGroup> {
  yield* placed(options, async function* (reading) {
    const members = withOwnNames(uploads);
    yield* memberRows({ members }, reading, (form, name) => formRows(form, name, reading));
  });
}

/** With a number behind a name that an earlier one has. */
function withOwnNames(uploads: readonly Upload[]): Upload[] {
  const counts = new Map<string, number>();
  return uploads.map(({ name, ...upload }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { name: count === 1 ? name : `${name} (${count})`, ...upload };
  });
}

/** The lines that are read; what cannot be read is told with the last of them. */
async function* placed(
  options: ContainerOptions,
  read: (reading: Reading) => AsyncGenerator<LineGroup>,
): AsyncGenerator<LineGroup> {
  let last: LineGroup | undefined;
  try {
    for await (const group of read({
      options,
      budget: createBudget(options.limits, options.alive),
      told: new Set(),
    })) {
      last = group;
      yield group;
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw refusal(options.param, `${error.message}${placeOf(error, last)}`, error);
  }
}

/** Where a file cannot be read on: behind its last line, or in the one of several of which none was read. */
function placeOf({ member }: Unreadable, group: LineGroup | undefined): string {
  const last = group && lastOf(group);
  if (member !== undefined && last?.member !== member) return `, in ${member}`;
  if (last === undefined) return '';
  const of = last.member === undefined ? '' : ` of ${last.member}`;
  return ` after line ${last.number}${of}`;
}

async function* formRows(
  form: Form,
  member: string | undefined,
  reading: Reading,
): AsyncGenerator<LineGroup> {
  const { limits, folder, wanted = 'train', tell, onSplit = () => undefined } = reading.options;
  const { openTable } = reading.options;
  const { maxSpoolBytes } = limits;
  switch (form.is) {
    case 'refused':
      throw new Unreadable(form.why);
    case 'zip': {
      await using file = await spoolFile(
        watched(form.whole, reading.options),
        folder,
        maxSpoolBytes,
      );
      const read = (inner: Form, name: string) => formRows(inner, name, reading);
      return yield* archiveRows(file.path, reading, read);
    }
    case 'parquet': {
      await using file = await openLocalFile(form, reading.options);
      return yield* ofMember(parquetRows(file, reading), member);
    }
    case 'text': {
      const { maxLineBytes, textRowBytes } = limits;
      const of = member === undefined ? {} : { member };
      const sink = {
        ...{ maxLineBytes, textRowBytes, wanted, onSplit, openTable },
        tell: (note: Note) => tell({ ...note, ...of }),
      };
      for (const note of form.notes) sink.tell({ number: 0, ...note });
      try {
        yield* ofMember(textFormRows(form.whole, form.text, sink), member);
      } finally {
        // A table that is refused by its names was not begun.
        await form.whole.return(undefined);
      }
    }
  }
}

/** Lines with the name of the file that they are of, where it is one of several. */
async function* ofMember(
  groups: AsyncGenerator<LineGroup>,
  member: string | undefined,
): AsyncGenerator<LineGroup> {
  if (member === undefined) yield* groups;
  else for await (const group of groups) yield withMember(group, member);
}
