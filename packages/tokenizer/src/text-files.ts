import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of a model folder that say how texts become tokens, beside the chat templates in a folder of their own. */
const named: ReadonlySet<string> = new Set([
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
]);
/** These say it too, and other things: a model that was trained has its own. */
const shared: ReadonlySet<string> = new Set(['config.json', 'generation_config.json']);
const templates = 'additional_chat_templates';

/** Whether a path within a model folder is one of those that say nothing but how texts become tokens. */
export function isTextFile(path: string): boolean {
  return named.has(path) || (path.startsWith(`${templates}/`) && path.endsWith('.jinja'));
}

/**
 * The files of a model folder that decide what tokens a text has and where an answer ends, as paths within it, sorted.
 * What is read of them alone is the same as what is read of the whole folder.
 * @example for (const file of await listTextFiles('models/lathe-tiny')) console.log(file);
 */
export async function listTextFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name).slice(join(folder, '/').length);
    if (isTextFile(path) || shared.has(path)) found.push(path);
  }
  return found.sort();
}
