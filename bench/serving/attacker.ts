/** Program that sends hostile requests or opens many streams until it is ended; bench/serving/main.ts starts it. */
import { hostileRequests } from './hostile.ts';

const [, , url = '', key = '', what = ''] = process.argv;
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

/** Sends one request and reads all of its answer; the status, and how long to wait when it is told to. */
async function send(path: string, body: string): Promise<{ status: number; waitMs: number }> {
  const response = await fetch(url + path, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return {
    status: response.status,
    waitMs: Number(response.headers.get('retry-after-ms') ?? 0),
  };
}

async function forever(path: string, body: string): Promise<never> {
  for (;;) {
    const { status, waitMs } = await send(path, body);
    process.send?.(status);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

if (what === 'hostile')
  await Promise.all(hostileRequests.map(({ path, body }) => forever(path, body)));
else {
  const body = JSON.stringify({
    model: 'lathe-tiny',
    stream: true,
    max_tokens: 1000,
    temperature: 1,
    messages: [{ role: 'user', content: 'Tell me a story.' }],
  });
  await Promise.all(Array.from({ length: 50 }, () => forever('/v1/chat/completions', body)));
}
