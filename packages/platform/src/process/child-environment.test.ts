import { expect, it } from 'vitest';
import { environmentOf, readConfig } from '../config/config.ts';
import { childEnvironment } from './child-environment.ts';

it('keeps what a program needs and none of the secrets', () => {
  const secret = 'sk-very-secret';
  const config = readConfig({
    LATHE_API_KEY: secret,
    LATHE_API_KEYS: `${secret}=blue`,
    LATHE_NATS_URL: `nats://${secret}@127.0.0.1:4222`,
    LATHE_S3_ACCESS_KEY: secret,
    LATHE_S3_SECRET_KEY: secret,
    LATHE_WORKER_SECRET: secret,
  });
  const full = { PATH: '/bin', LATHE_LOG_LEVEL: 'warn', ...environmentOf(config) };
  expect(JSON.stringify(full)).toContain(secret);
  const environment = childEnvironment({ ...full, ORT_DISABLE_TELEMETRY: '0' }, '/data');
  expect(JSON.stringify(environment)).not.toContain(secret);
  expect(environment).toMatchObject({
    PATH: '/bin',
    NODE_COMPILE_CACHE: '/data/cache/compiled',
    ORT_DISABLE_TELEMETRY: '1',
  });
});

it('leaves a cache that is set', () => {
  const environment = childEnvironment({ NODE_COMPILE_CACHE: '/mine' }, '/data');
  expect(environment.NODE_COMPILE_CACHE).toBe('/mine');
});
