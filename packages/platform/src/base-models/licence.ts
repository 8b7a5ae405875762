import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What `npm run models:get` and `npm run import` leave in the folder that they make. */
const sourceFiles = ['lathe-source.json', 'lathe-import.json'];
const sourceSchema = z.object({ licence: z.string().min(1) });

/** The first lines of a licence's text, by which it is told. */
const knownTexts: readonly (readonly [RegExp, string])[] = [
  [/^\s*Apache License\s+Version 2\.0/i, 'Apache-2.0'],
  [/^\s*(The )?MIT License/i, 'MIT'],
];

/**
 * The licence that a model's folder names: where it was fetched or imported from, at the head of its model card, or by the text of
 * a licence beside it; undefined where it names none.
 * @example const licence = await licenceOf('models/lathe-tiny');
 */
export async function licenceOf(folder: string): Promise<string | undefined> {
  for (const name of sourceFiles) {
    const source = sourceSchema.safeParse(jsonIn(await textOf(join(folder, name))));
    if (source.success) return source.data.licence;
  }
  const card =
    /^---\r?\n([\s\S]*?)\r?\n---/.exec(await textOf(join(folder, 'README.md')))?.[1] ?? '';
  const named = /^license(?:_name)?:[ \t]*["']?([^"'\r\n#]+)/m.exec(card)?.[1]?.trim();
  if (named !== undefined && named !== '') return named;
  const text = await textOf(join(folder, 'LICENSE'));
  return knownTexts.find(([pattern]) => pattern.test(text))?.[1];
}

/** The text of a file; nothing where there is none. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return '';
    throw error;
  }
}

/** What was written by hand may be no JSON, and then names nothing. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
