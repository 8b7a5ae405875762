import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
      JSON.stringify({ chat_template: 'string {{ bos_token }}', bos_token: { content: '<b>' } }),
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
    await writeFile(join(root, 'chat_template.jinja'), 'file {{ eos_token }}');
    await mkdir(join(root, 'additional_chat_templates'));
    await writeFile(join(root, 'additional_chat_templates', 'tool_use.jinja'), 'file tools');
    expect((await loadChatTemplate(root)).render([], {})).toBe('file <e>');
    expect((await loadChatTemplate(root)).render([], { tools: [{}] })).toBe('file tools');
    await writeFile(config, '{"chat_template": 5}');
    await expect(loadChatTemplate(root)).rejects.toThrow('tokenizer_config.json: chat_template');
  });
});
