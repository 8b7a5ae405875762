import type { LineGroup } from '../lines.ts';
import { type Member, openArchive } from './archive.ts';
import type { DataFiles } from './choose-members.ts';
import { dataFilesOf } from './data-files.ts';
import { Unreadable } from './limits.ts';
import { memberRows, type ReadForm } from './member-rows.ts';
import type { Reading } from './options.ts';

/** Bytes of a README.md that are looked at. */
const mostReadmeBytes = 1024 * 1024;

/** Folders of documents that are archives themselves, and what they are. */
const documents: readonly (readonly [inside: RegExp, what: string])[] = [
  [/^xl\//, 'is a spreadsheet (.xlsx); save the sheet as CSV'],
  [/^word\//, 'is a Word document; save its text as UTF-8 text or Markdown'],
  [/^ppt\//, 'is a presentation; save its text as UTF-8 text or Markdown'],
  [/^META-INF\/container\.xml$/, 'is a book (.epub); save its text as UTF-8 text or Markdown'],
  [
    /^META-INF\/manifest\.xml$/,
    'is an OpenDocument file; save its sheet as CSV, or its text as UTF-8',
  ],
];

/**
 * The rows of a zip archive, those of the wanted split, file by file in the order of their names. Each file that is not read is
 * told with the reason.
 */
export async function* archiveRows(
  path: string,
  reading: Reading,
  readForm: ReadForm,
): AsyncGenerator<LineGroup> {
  const { members, close } = await openArchive(path, reading);
  try {
    for (const [inside, what] of documents)
      if (members.some(({ name }) => inside.test(name))) throw new Unreadable(what);
    const said = () => readmeOf(members, reading);
    yield* memberRows({ members, said }, reading, readForm);
  } finally {
    close();
  }
}

async function readmeOf(
  members: readonly Member[],
  { options }: Reading,
): Promise<DataFiles | undefined> {
  const readme = members.find(({ name }) => /^([^/]+\/)?README\.md$/i.test(name));
  if (readme === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of readme.read()) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostReadmeBytes) break;
  }
  const text = Buffer.concat(chunks).toString();
  return dataFilesOf(text, readme.name, (message) =>
    options.tell({ number: 0, rule: 'configuration', message }),
  );
}
