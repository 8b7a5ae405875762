/** What comes over the worker's gRPC, of whatever kind, is refused, and harms no run. */
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { createLogger } from '@lathe/platform/log';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StartJobRequest } from '../../generated/lathe/worker/v1/worker.ts';
import { createRuns } from '../run/runs.ts';
import { serveWorker, type WorkerServer } from './grpc.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
let server: WorkerServer;
let client: Client;
beforeAll(async () => {
  const runs = createRuns({
    ...{ slots: 1, memoryBytes: 1, keepMs: 1, onChange: () => undefined },
    start: () => {
      throw new Error('nothing of this can be started');
    },
  });
  const describe = async () => ({ workerId: 'one', devices: [], versions: {}, models: [] });
  const estimate = async () => {
    throw new RangeError('nothing of this can be estimated');
  };
  const ports = { runs, describe, estimate, security: { secret: null, tls: null }, log };
  server = await serveWorker('127.0.0.1:0', ports);
  client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.stop(0);
});

const same = (bytes: Buffer): Buffer => bytes;
const pathOf = (method: string): string => `/lathe.worker.v1.WorkerService/${method}`;

function call(method: string, bytes: Uint8Array): Promise<Buffer | ServiceError> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(pathOf(method), same, same, Buffer.from(bytes), (error, reply) =>
      resolve(error ?? reply ?? Buffer.alloc(0)),
    );
  });
}

function watch(bytes: Uint8Array): Promise<unknown> {
  return new Promise((resolve) => {
    const stream = client.makeServerStreamRequest(
      pathOf('WatchJob'),
      same,
      same,
      Buffer.from(bytes),
    );
    stream
      .on('data', () => undefined)
      .on('end', resolve)
      .on('error', resolve);
  });
}

const number = fc.oneof(fc.nat(), fc.constantFrom(Number.NaN, Infinity, -1, 5e-324));
const start = fc
  .record(
    {
      ...{ requestId: fc.string(), project: fc.string(), jobId: fc.string(), epoch: fc.nat() },
      ...{ datasetKey: fc.string(), baseModel: fc.string(), memoryBytes: fc.nat() },
      recipe: fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .record({ epochs: fc.nat(), batchSize: fc.nat(), learningRate: number })
          .map((recipe) => JSON.stringify({ version: 1, recipe })),
      ),
    },
    { requiredKeys: [] },
  )
  .map((message) => StartJobRequest.encode(StartJobRequest.create(message)).finish());

test('nonsense to every method is refused, and the worker goes on', async () => {
  const method = fc.constantFrom(
    'StartJob',
    'Estimate',
    'PauseJob',
    'ResumeJob',
    'CancelJob',
    'WatchJob',
    'Nothing',
  );
  await fc.assert(
    fc.asyncProperty(
      method,
      fc.oneof(fc.uint8Array({ maxLength: 50 }), start),
      async (to, bytes) => {
        const answer = await (to === 'WatchJob' ? watch(bytes) : call(to, bytes));
        expect(answer).toBeInstanceOf(Error);
      },
    ),
    { numRuns: 150 },
  );
  expect(await call('Describe', new Uint8Array())).toBeInstanceOf(Buffer);
});
