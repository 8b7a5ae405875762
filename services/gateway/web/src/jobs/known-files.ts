/** Names of files that were told since the page was opened: a file keeps its name. */
export const fileNames = new Map<string, string>();

/** The name of a file; empty where it was not told. */
export function fileNameOf(id: string): string {
  return fileNames.get(id) ?? '';
}
