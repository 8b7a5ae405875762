import type { Line } from '../lines.ts';
import { type Member, openArchive } from './archive.ts';
import { type Candidate, chooseMembers, type DataFiles } from './choose-members.ts';
import { dataFilesOf } from './data-files.ts';
import { closeForm, type Form, formOf } from './form.ts';
import { Unreadable } from './limits.ts';
import type { Reading } from './options.ts';

/** Bytes of a README.md that are looked at. */
const mostReadmeBytes = 1024 * 1024;

/** Files that say something of a data set and hold none of its rows. */
const besides =
  /(^|\/)(readme|licen[cs]e|notice|authors|citation|changelog|contributing)(\.\w+)?$|(^|\/)(dataset_infos?|dataset_dict|state|datapackage)\.json$|\.(py|md5|sha\d+|lock|metadata)$/i;
/** Files that systems put into archives; nobody misses them. */
const ofSystems = /(^|\/)(__MACOSX\/|\.DS_Store$|\._|thumbs\.db$|desktop\.ini$)/i;
const hidden = /(^|\/)\./;

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

/** Reads the rows of one file of the archive. */
type ReadForm = (form: Form, member: string) => AsyncGenerator<Line>;

/**
 * The rows of a zip archive, those of the wanted split, file by file in the order of their names. Each file that is not read is
 * told with the reason.
 */
export async function* archiveRows(
  path: string,
  reading: Reading,
  readForm: ReadForm,
): AsyncGenerator<Line> {
  const { options } = reading;
  const { members, close } = await openArchive(path, reading);
  try {
    for (const [inside, what] of documents)
      if (members.some(({ name }) => inside.test(name))) throw new Unreadable(what);
    const candidates = await candidatesOf(members, reading);
    const said = await readmeOf(members, reading);
    const { names, left, notes } = chooseMembers(candidates, options.wanted ?? 'train', said);
    for (const note of notes) options.tell(note);
    for (const split of left) options.onSplit?.(split);
    if (names.length === 0 && options.wanted !== 'validation')
      throw new Unreadable(
        left.size === 0
          ? 'is an archive without files of rows'
          : `is an archive that holds only the splits ${[...left].toSorted().join(' and ')}, and rows of another are wanted`,
      );
    for (const { name, read } of members)
      if (names.includes(name)) yield* readForm(await formOf(read(), name, reading), name);
  } finally {
    close();
  }
}

async function candidatesOf(members: readonly Member[], reading: Reading): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const { name, oddity, read } of members) {
    if (ofSystems.test(name)) continue;
    const why = oddity ?? nameReason(name);
    const form = why === undefined ? await formOf(read(), name, reading) : undefined;
    if (form !== undefined) await closeForm(form);
    const is = form === undefined ? (why ?? '') : kindOf(form);
    if (is === 'rows' || is === 'text') found.push({ name, is });
    else
      reading.options.tell({
        number: 0,
        member: name,
        rule: 'file-left-out',
        message: `was left out: ${is}`,
      });
  }
  return found;
}

/** Why a file is not looked at, by its name. */
function nameReason(name: string): string | undefined {
  if (besides.test(name)) return 'it tells of the data';
  return hidden.test(name) ? 'it is hidden' : undefined;
}

/** What a file is to the archive, or why it is nothing. */
function kindOf(form: Form): string {
  if (form.is === 'refused') return `it ${form.why}`;
  if (form.is === 'zip') return 'it is an archive in an archive';
  if (form.is === 'text' && form.isEmpty) return 'it is empty';
  return form.is === 'text' && form.text.is === 'text' ? 'text' : 'rows';
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
