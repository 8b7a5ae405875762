import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadChatTemplate } from './chat-template.ts';

describe('loading', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'lathe-template-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  test('chat_template.jinja comes before tokenizer_config.json, and tools have a template of their own', async () => {
    await expect(loadChatTemplate(root)).rejects.toThrow('the model has no chat template');
    const config = join(root, 'tokenizer_config.json');
    await writeFile(
      config,
      JSON.stringify({
        chat_template: 'string {{ bos_token }}',
        bos_token: { __type: 'AddedToken', content: '<b>' },
      }),
    );
    expect((await loadChatTemplate(root)).render([], {})).toBe('string <b>');
    const named = [
      { name: 'default', template: 'named' },
      { name: 'tool_use', template: 'tools' },
    ];
    await writeFile(config, JSON.stringify({ chat_template: named, eos_token: '<e>' }));
    const template = await loadChatTemplate(root);
    expect(template.render([], {})).toBe('named');
    expect(template.render([], { tools: [{}] })).toBe('tools');
    expect(template.render([], { hasCalls: true })).toBe('tools');
    await writeFile(join(root, 'chat_template.jinja'), 'file {{ eos_token }}');
    await mkdir(join(root, 'additional_chat_templates'));
    await writeFile(join(root, 'additional_chat_templates', 'tool_use.jinja'), 'file tools');
    expect((await loadChatTemplate(root)).render([], {})).toBe('file <e>');
    expect((await loadChatTemplate(root)).render([], { tools: [{}] })).toBe('file tools');
    await writeFile(join(root, 'additional_chat_templates', 'default.jinja'), 'more');
    expect((await loadChatTemplate(root)).render([], {})).toBe('more');
    await rm(join(root, 'additional_chat_templates'), { recursive: true });
    await rm(join(root, 'chat_template.jinja'));
    const byName = { default: 'by name', tool_use: 'tools by name' };
    await writeFile(config, JSON.stringify({ chat_template: byName }));
    expect((await loadChatTemplate(root)).render([], { tools: [{}] })).toBe('tools by name');
    await writeFile(config, '{"chat_template": 5}');
    await expect(loadChatTemplate(root)).rejects.toThrow('tokenizer_config.json: chat_template');
  });

  /** Written by bench/reference/tokenizer_folders.py: each template renders its own text. */
  const { templates } = JSON.parse(
    readFileSync(new URL('../fixtures/folders.json', import.meta.url), 'utf8'),
  ) as {
    templates: {
      name: string;
      edits: [file: string, path: string[], value: unknown][];
      plain: string | null;
      tools: string | null;
    }[];
  };

  test.each(templates)('$name: the template that the reference takes', async (given) => {
    const folder = await mkdtemp(join(root, 'case-'));
    for (const [file, path, value] of given.edits) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      const content = path.length === 0 ? value : { [path[0]!]: value };
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      await writeFile(join(folder, file), text);
    }
    const load = () => loadChatTemplate(folder);
    // Without a template for plain chats none is trained, whatever there is for tools.
    if (given.plain === null) {
      await expect(load()).rejects.toThrow('the model has no chat template');
      return;
    }
    const template = await load();
    expect(template.render([], {})).toBe(given.plain);
    expect(template.render([], { tools: [{}] })).toBe(given.tools);
  });
});
