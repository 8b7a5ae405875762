import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';

/** Answers every question four times: the first question rightly once, the second never. */
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (part) => {
    text += part;
  });
  request.on('end', () => {
    const { messages, n } = JSON.parse(text) as { messages: { content: string }[]; n: number };
    const right = messages[0]?.content === '1+1?' ? 'It is 2.' : 'no number';
    const choices = Array.from({ length: n }, (_, at) => {
      return { message: { content: at === 2 ? right : '#### 5' } };
    });
    response.end(JSON.stringify({ choices }));
  });
});

it('prints how likely one of k answers is right, with intervals', async () => {
  await using folder = await tempFolder();
  const file = join(folder.path, 'chats.jsonl');
  const rows = ['1+1?', '3+3?'].map((content, at) => ({
    messages: [
      { role: 'user', content },
      { role: 'assistant', content: `so\n#### ${at === 0 ? 2 : 6}` },
    ],
  }));
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const script = join(import.meta.dirname, 'pass-at-k.ts');
    const run = (...options: string[]) =>
      promisify(execFile)(process.execPath, [script, ...options]);
    const asked = ['--file', file, '--model', 'm', '--url', url, '--answers', '4', '--k', '1,4'];
    const { stdout } = await run(...asked);
    expect(stdout).toBe(
      'pass@1: 12.5 % (0.0 % to 25.0 %) on 2 questions\npass@4: 50.0 % (0.0 % to 100.0 %) on 2 questions\n',
    );
    await expect(run('--file', file)).rejects.toMatchObject({ code: 2 });
  } finally {
    server.close();
  }
});
