import type { Finding } from '@lathe/contracts/artifact/dataset';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { createBreather } from '@lathe/platform/breather';
import { createFindings } from '../check/findings.ts';
import { type OpenUploads, openUploads, type UploadPorts } from '../open-uploads.ts';
import { closeForm, type Form, formOf } from '../read/container/form.ts';
import { createBudget, Unreadable } from '../read/container/limits.ts';
import type { Upload } from '../read/container/open-container.ts';
import { type ContainerOptions, openerOf } from '../read/container/options.ts';
import type { Wanted } from '../read/container/split-names.ts';
import { records } from '../read/csv-records.ts';
import { giveLinesBack, lineCount } from '../read/lines.ts';
import { tooManyRows } from '../read-file.ts';
import type { Rows } from '../rows/rows.ts';

/** Bytes that the shortest row takes, with its line end. */
const leastBytes = 2;
const newline = 0x0a;
const carriageReturn = 0x0d;
/** Byte order marks of UTF-16, in hexadecimal. */
const wideMarks = ['fffe', 'feff'];
const space = 0x20;
const del = 0x7f;

type Counted = {
  readonly files: readonly FileRecord[];
  readonly param: Finding['file'];
  readonly wanted: Wanted;
};

type CountPorts = Pick<UploadPorts, 'settings' | 'workFolder' | 'signal'> & {
  readonly artifacts: ArtifactStore;
  readonly rows?: Pick<Rows, 'finders'>;
  readonly progress: () => void;
};

type LinePorts = Pick<CountPorts, 'settings' | 'workFolder' | 'signal' | 'progress'> & {
  readonly param: string;
};

/**
 * Counts the rows of files that look as if they had too many of them, by how many lines their first bytes have, and of a table how many records, and looks at none:
 * reading millions takes minutes, and counting them seconds. Others are not read here; packed ones are counted while
 * they are read. Throws `invalid_file_format` where there are too many, and what opening the files throws.
 */
export async function refuseTooManyRows(
  { files, param, wanted }: Counted,
  { artifacts, progress, rows: { finders } = {}, ...ports }: CountPorts,
): Promise<void> {
  const { settings, signal } = ports;
  let expected = 0;
  for (const file of files)
    expected += await expectedRows(file, { ...ports, artifacts, param, progress });
  // Those to come may be shorter.
  if (2 * expected <= settings.maxRows) return;
  // What is to be said of the files is said when they are read.
  const findings = createFindings(0);
  const uploads = files.map(({ key, filename: name }) => ({
    name,
    read: () => readStored(artifacts, key),
    openStored: openerOf(artifacts, key),
  }));
  const [only] = uploads;
  const counts =
    (uploads.length === 1 && only && (await lineCounts(only, { ...ports, param, progress }))) ||
    rowCounts(
      openUploads(
        { param, uploads, wanted },
        { ...ports, findings, alive: progress, openTable: finders?.openTable },
      ),
    );
  const breathe = createBreather();
  let rows = 0;
  for await (const count of counts) {
    rows += count;
    if (rows > settings.maxRows) throw tooManyRows(param, settings.maxRows);
    await breathe();
    signal.throwIfAborted();
    progress();
  }
}

/** How many rows come, some at a time. */
async function* rowCounts({ lines }: Pick<OpenUploads, 'lines'>): AsyncGenerator<number> {
  for await (const group of lines) {
    yield lineCount(group);
    giveLinesBack([group]);
  }
}

/**
 * The same of a file each of whose lines is a row, by its bytes alone, which takes a hundredth of the time; undefined of others. Lines without
 * a visible character of ASCII are left to be counted when they are read.
 */
async function lineCounts(
  { name, read }: Upload,
  ports: LinePorts,
): Promise<AsyncGenerator<number> | undefined> {
  const form = await openForm(read(), name, ports);
  if (form === undefined) return undefined;
  if (form.is === 'text') {
    const { is, layout } = form.text;
    if ((is === 'json' && layout === 'lines') || (is === 'text' && layout === 'line'))
      return linesIn(form.whole);
  }
  await closeForm(form);
  return undefined;
}

/** The form of a file; undefined where it cannot be told, which is told when it is read. */
async function openForm(
  source: AsyncIterable<Uint8Array>,
  name: string,
  { settings: limits, workFolder: folder, param, progress, signal }: LinePorts,
): Promise<Form | undefined> {
  const tell = () => undefined;
  const options: ContainerOptions = { param, name, folder, limits, tell, alive: progress, signal };
  try {
    return await formOf(
      { name, read: () => source },
      { options, budget: createBudget(limits, progress) },
    );
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** How many lines with something visible on them end in each piece. */
async function* linesIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<number> {
  let isSeen = false;
  for await (const piece of pieces) {
    let lines = 0;
    for (const byte of piece)
      if (byte === newline) {
        if (isSeen) lines++;
        isSeen = false;
      } else if (byte > space && byte < del) isSeen = true;
    yield lines;
  }
  if (isSeen) yield 1;
}

async function* readStored(artifacts: ArtifactStore, key: string): AsyncGenerator<Uint8Array> {
  yield* artifacts.get(key);
}

/** About how many lines a file of text has, of a table how many records; 0 for one that is small, or no text. */
async function expectedRows(
  { key, bytes, filename }: FileRecord,
  { artifacts, ...ports }: LinePorts & Pick<CountPorts, 'artifacts'>,
): Promise<number> {
  const { settings } = ports;
  if (bytes < leastBytes * settings.maxRows) return 0;
  const range = { start: 0, end: Math.min(bytes, settings.sniffBytes) };
  const head = Buffer.concat(await Array.fromAsync(artifacts.get(key, range)));
  const isWide = wideMarks.includes(head.toString('hex', 0, 2));
  // Whatever is packed has such bytes near its beginning.
  if (head.includes(0) && !isWide) return 0;
  // Old Macs end lines with CR alone, and may have LF in cells.
  const lines = Math.max(countOf(newline, head), countOf(carriageReturn, head));
  const most = (lines / head.length) * bytes;
  if (2 * most <= settings.maxRows) return most;
  return (((await recordsOf(head, filename, ports)) ?? lines) / head.length) * bytes;
}

/** How many records the beginning of a table has, whose cells may hold many lines; undefined of any other text. */
async function recordsOf(
  head: Buffer,
  name: string,
  ports: LinePorts,
): Promise<number | undefined> {
  async function* source() {
    yield head;
  }
  const form = await openForm(source(), name, ports);
  if (form === undefined) return undefined;
  if (form.is !== 'text' || form.text.is !== 'table') {
    await closeForm(form);
    return undefined;
  }
  const { layout } = form.text;
  let count = 0;
  for await (const _ of records(form.whole, layout.delimiter, head.length, layout)) count++;
  return count;
}

function countOf(wanted: number, bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === wanted) count++;
  return count;
}
