/**
 * Writes what Go's text/template makes of the templates that are derived for Ollama:
 *
 *     node bench/reference/ollama/templates.ts
 *
 * packages/engine/src/export/fixtures/ollama-templates.json has by the name of the chat template (of
 * packages/tokenizer/src/fixtures/chat) the template and the text of each conversation. Needs Go.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conversations, deriveOllamaTemplate } from '@lathe/engine/internal/export/ollama-template';
import { createChatTemplate } from '@lathe/tokenizer/chat-template';

const names = ['llama2', 'zephyr', 'mistral', 'gemma', 'phi3', 'qwen2', 'qwen3'];
const root = join(import.meta.dirname, '../../..');

const templates = Object.fromEntries(
  names.map((name) => {
    const text = readFileSync(
      join(root, `packages/tokenizer/src/fixtures/chat/${name}.jinja`),
      'utf8',
    );
    const variables = { bos_token: '<s>', eos_token: '</s>' };
    const chat = createChatTemplate(text, { source: name, variables });
    const derived = deriveOllamaTemplate((messages, open) =>
      chat.render(messages, { addGenerationPrompt: open }).replace(/^<s>/, ''),
    );
    return [name, derived.template ?? ''];
  }),
);
const input = JSON.stringify({ templates, conversations });
const program = join(import.meta.dirname, 'render.go');
const rendered = execFileSync('go', ['run', program], { input, encoding: 'utf8' });
writeFileSync(
  join(root, 'packages/engine/src/export/fixtures/ollama-templates.json'),
  `${JSON.stringify({ templates, rendered: JSON.parse(rendered) }, null, 1)}\n`,
);
