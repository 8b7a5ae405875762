import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const usage = 'node examples/tools/add-template.ts <model folder>';

/**
 * Gives a model a chat template for conversations with tools. Beside templates in files none in tokenizer_config.json
 * counts, so the model's own becomes a file, too. Throws Error for a folder without a template.
 */
async function addTemplate(folder: string): Promise<void> {
  const own = path.join(folder, 'chat_template.jinja');
  if (!(await exists(own))) {
    const config = JSON.parse(
      await readFile(path.join(folder, 'tokenizer_config.json'), 'utf8'),
    ) as {
      readonly chat_template?: unknown;
    };
    if (typeof config.chat_template !== 'string')
      throw new Error(`${folder} has no single chat template`);
    await writeFile(own, config.chat_template);
  }
  const more = path.join(folder, 'additional_chat_templates');
  await mkdir(more, { recursive: true });
  await copyFile(
    path.join(import.meta.dirname, 'tool_use.jinja'),
    path.join(more, 'tool_use.jinja'),
  );
  console.log(`${folder} takes tools`);
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await addTemplate(folder);
}
