import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';
import { openArchive } from '../read/container/archive.ts';
import { createBudget, Unreadable } from '../read/container/limits.ts';
import { refusal } from '../read/container/refusal.ts';
import { spoolFile } from '../read/container/spool-file.ts';
import type { ArchiveEntry } from '../talk/slack/slack.ts';
import type { Tally } from '../talk/tally.ts';
import type { Making } from './making.ts';
import type { Source } from './sources.ts';

/** Largest file of an archive that is read whole, such as one day of a channel. */
const mostEntryBytes = 64 * 1024 * 1024;

/**
 * The files of an uploaded zip archive. Those that are links or whose names lead out of it are counted, and none is
 * written anywhere. Throws `invalid_file_format` for what is no archive that can be read.
 */
export async function openEntries(
  source: Source,
  { ports, tally }: Pick<Making, 'ports'> & { readonly tally: Tally },
): Promise<{ readonly entries: readonly ArchiveEntry[]; readonly close: () => void }> {
  const { settings, workFolder } = ports;
  const options = {
    param: 'convert.files',
    folder: workFolder,
    limits: settings,
    tell: () => undefined,
  };
  const reading = { options, budget: createBudget(settings), told: new Set<string>() };
  try {
    const file = await spoolFile(source.read(), workFolder, settings.maxSpoolBytes);
    const { members, close } = await openArchive(file.path, reading);
    const entries = members.flatMap(({ name, oddity, read }) => {
      if (oddity !== undefined) tally.add(`an entry of the archive: ${oddity}`, name);
      return oddity === undefined ? [{ name, read: () => whole(name, read()) }] : [];
    });
    return { entries, close };
  } catch (error) {
    if (error instanceof Unreadable) throw refusal('convert.files', error.message, error);
    throw error;
  }
}

async function whole(name: string, pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > mostEntryBytes)
        throw new LatheError(
          'file_too_large',
          `${JSON.stringify(name.slice(0, 120))} in the archive is larger than ${sizeText(mostEntryBytes)}.`,
          { param: 'convert.files' },
        );
      chunks.push(piece);
    }
  } catch (error) {
    if (error instanceof Unreadable) throw refusal('convert.files', error.message, error);
    throw error;
  }
  return Buffer.concat(chunks);
}
