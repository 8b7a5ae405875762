import type { FileObject } from '@lathe/contracts/http/file';
import type { Page } from '@lathe/contracts/http/list';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { fileNames } from './known-files.ts';

/** Newest files whose names are looked up. */
const mostFiles = 1000;

/** Has the names of files looked up, unless they are known, and draws anew when they are there. */
export function useFileNames(wanted: readonly string[]): void {
  const isKnown = wanted.every((id) => fileNames.has(id));
  const path = `/v1/files?limit=${mostFiles}`;
  useQuery(
    async (signal) => {
      if (isKnown) return null;
      const page = await ask<Pick<Page<FileObject>, 'data'>>(path, { signal });
      for (const { id, filename } of page.data) fileNames.set(id, filename);
      // One that is not among them would be asked for again and again.
      for (const id of wanted) if (!fileNames.has(id)) fileNames.set(id, '');
      return null;
    },
    [isKnown],
  );
}
