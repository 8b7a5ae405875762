import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { beforeAll, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../deploy/k8s/make-worker-tls.sh', import.meta.url));
let folder: string;

beforeAll(async () => {
  const temporary = await tempFolder();
  folder = join(temporary.path, 'tls');
  const { status, stderr } = spawnSync(script, [folder], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return () => temporary[Symbol.asyncDispose]();
});

function end(name: 'worker' | 'trainer') {
  const read = (file: string) => readFileSync(join(folder, name, file));
  return { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
}

/** Whether a worker lets a caller with these files in, as both sides of Lathe ask for it. */
async function accepts(server: 'worker' | 'trainer', client: 'worker' | 'trainer') {
  const listener = createServer({ ...end(server), requestCert: true, rejectUnauthorized: true });
  listener.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => undefined);
    socket.end('hello');
  });
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  try {
    return await new Promise<boolean>((resolve) => {
      const socket = connect({
        ...end(client),
        port,
        host: '127.0.0.1',
        servername: 'lathe-worker',
      });
      socket.once('data', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    });
  } finally {
    listener.close();
  }
}

it('makes certificates with which the controller reaches a worker', async () => {
  expect(await accepts('worker', 'trainer')).toBe(true);
});

it('lets no worker call another, and no worker be the controller', async () => {
  expect(await accepts('worker', 'worker')).toBe(false);
  expect(await accepts('trainer', 'trainer')).toBe(false);
});

it('does not write over what is there', () => {
  expect(spawnSync(script, [folder]).status).not.toBe(0);
});
