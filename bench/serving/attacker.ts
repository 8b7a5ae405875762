/**
 * Program that sends all hostile requests, the one that is named, or opens many streams, until it is ended;
 * bench/serving/main.ts starts it.
 */
import { constants, setPriority } from 'node:os';
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

// It stands for another machine, which would take no processor from the platform.
setPriority(constants.priority.PRIORITY_LOW);
if (what === 'streams') {
  const body = JSON.stringify({
    model: 'lathe-tiny',
    stream: true,
    max_tokens: 1000,
    temperature: 1,
    messages: [{ role: 'user', content: 'Tell me a story.' }],
  });
  await Promise.all(Array.from({ length: 50 }, () => forever('/v1/chat/completions', body)));
} else {
  const sent = hostileRequests.filter(({ name }) => what === 'hostile' || what === name);
  await Promise.all(sent.map(({ path, body }) => forever(path, body)));
}
