import { expect, it } from 'vitest';
import { startHealthServer } from './health.ts';

it('answers for the process and for its parts', async () => {
  let problem: string | null = null;
  const server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    checks: {
      nats: async () => problem,
      store: async () => {
        if (problem !== null) throw new Error('the disk is away');
        return null;
      },
    },
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, body: await response.json() };
  };
  expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await get('/readyz')).toEqual({ status: 200, body: { status: 'ready', problems: {} } });
  problem = 'no answer';
  expect(await get('/readyz')).toEqual({
    status: 503,
    body: { status: 'not ready', problems: { nats: 'no answer', store: 'the disk is away' } },
  });
  expect(await get('/healthz')).toMatchObject({ status: 200 });
  expect(await get('/other')).toMatchObject({ status: 404 });
  await server.stop();
  await expect(get('/healthz')).rejects.toThrow();
});

it('says when the port is taken', async () => {
  const first = await startHealthServer({ host: '127.0.0.1', port: 0, checks: {} });
  const second = startHealthServer({ host: '127.0.0.1', port: first.port, checks: {} });
  await expect(second).rejects.toThrow('EADDRINUSE');
  await first.stop();
});
