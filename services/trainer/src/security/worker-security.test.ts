import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { workerRecord } from '@lathe/testkit/worker-record';
import { expect, test } from 'vitest';
import { isLoopback, parseAddress } from './address.ts';
import { announcementProof, whyNotBelieved } from './announcement-proof.ts';
import { checkListening, readWorkerSecurity, sameText, whyNotCalled } from './worker-security.ts';

const secret = 'a-secret-of-the-pool';
const open = { secret: null, tls: null };
const bytes = Buffer.from('x');
const tls = { ca: bytes, cert: bytes, key: bytes };

test.each([
  ['127.0.0.1:7', '127.0.0.1', 7, true],
  ['[::1]:7070', '::1', 7070, true],
  ['localhost:0', 'localhost', 0, true],
  ['127.example.org:1', '127.example.org', 1, false],
  ['0.0.0.0:7070', '0.0.0.0', 7070, false],
  ['worker-1.pool:65535', 'worker-1.pool', 65_535, false],
])('reads %s', (address, host, port, loopback) => {
  expect(parseAddress(address, 'X')).toEqual({ host, port });
  expect(isLoopback(host)).toBe(loopback);
});

test.each(['here', 'here:', ':1', 'a b:1', '::1:1', 'here:65536', 'here:1/x'])(
  'refuses %s as an address and names the setting',
  (address) => {
    expect(() => parseAddress(address, 'LATHE_WORKER_ANNOUNCE')).toThrow(
      `LATHE_WORKER_ANNOUNCE is "${address}", but must be host:port.`,
    );
  },
);

test('an address on a network needs a secret or TLS', () => {
  checkListening('127.0.0.1:0', open);
  checkListening('0.0.0.0:7070', { secret, tls: null });
  checkListening('0.0.0.0:7070', { secret: null, tls });
  expect(() => checkListening('0.0.0.0:7070', open)).toThrow(
    /^LATHE_WORKER_ADDRESS is "0\.0\.0\.0:7070", which others can reach: set /,
  );
});

test('the secret leaves this machine under TLS only', () => {
  expect(whyNotCalled('127.0.0.1:7', { secret, tls: null })).toBeUndefined();
  expect(whyNotCalled('worker:7', { secret, tls })).toBeUndefined();
  expect(whyNotCalled('worker:7', open)).toBeUndefined();
  expect(whyNotCalled('worker:7', { secret, tls: null })).toContain(
    'the secret would travel in plain text to worker:7',
  );
});

test('an announcement is believed when it is signed by the same secret', () => {
  const record = workerRecord('a');
  const proof = announcementProof(record, secret);
  expect(whyNotBelieved({ ...record, proof }, secret)).toBeUndefined();
  expect(whyNotBelieved(record, null)).toBeUndefined();
  expect(whyNotBelieved(record, secret)).toContain('not signed');
  expect(whyNotBelieved({ ...record, proof }, null)).toContain('LATHE_WORKER_SECRET is not set');
  for (const change of [{ address: 'b:1' }, { id: 'b' }, { announcedAt: 1 }, { expiresAt: 1 }])
    expect(whyNotBelieved({ ...record, ...change, proof }, secret)).toContain('another secret');
  expect(whyNotBelieved({ ...record, proof }, `${secret}!`)).toContain('another secret');
});

test('texts of different lengths differ', () => {
  expect(sameText('a', 'a')).toBe(true);
  expect(sameText('a', 'ab')).toBe(false);
});

test('reads secret and TLS files, or says in a sentence what is wrong', async () => {
  await using folder = await tempFolder();
  const file = join(folder.path, 'pem');
  await writeFile(file, 'x');
  const read = (environment: Record<string, string>) => readWorkerSecurity(readConfig(environment));
  const all = {
    LATHE_WORKER_TLS_CA: file,
    LATHE_WORKER_TLS_CERT: file,
    LATHE_WORKER_TLS_KEY: file,
  };
  expect(await read({})).toEqual(open);
  expect(await read({ ...all, LATHE_WORKER_SECRET: secret })).toEqual({ secret, tls });
  await expect(read({ LATHE_WORKER_SECRET: 'short' })).rejects.toThrow(
    'LATHE_WORKER_SECRET has 5 characters, but must have at least 16.',
  );
  await expect(read({ ...all, LATHE_WORKER_TLS_KEY: '' })).rejects.toThrow(
    'LATHE_WORKER_TLS_KEY is not set: TLS between controller and workers needs all three.',
  );
  await expect(read({ ...all, LATHE_WORKER_TLS_CA: `${file}-gone` })).rejects.toThrow(
    /^LATHE_WORKER_TLS_CA names the file ".*-gone", which cannot be read\.$/,
  );
});
