import { readFile } from 'node:fs/promises';

/** For tests: a stored example of a contract. */
export async function readExample(name: string): Promise<object> {
  const url = new URL(`../../../../packages/contracts/fixtures/${name}.1.json`, import.meta.url);
  return JSON.parse(await readFile(url, 'utf8'));
}
