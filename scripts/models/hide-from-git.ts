import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The directory of base models may lie in a repository; weights that were fetched or imported do not belong there. */
export async function hideFromGit(folder: string): Promise<void> {
  await writeFile(path.join(folder, '.gitignore'), '*\n');
}
