import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentOf, readConfig, unknownVariables } from './config.ts';
import { variables } from './variables.ts';

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({}, '/srv');
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      dataFolder: '/srv/.lathe',
      apiKey: null,
      natsUrl: null,
      artifacts: 'file:/srv/.lathe/artifacts',
      logLevel: 'info',
      uploadLimitBytes: 512_000_000,
      ackWaitMs: 30_000,
      healthPort: null,
    });
    expect(config.modelFolders).toHaveLength(1);
    expect(readdirSync(config.modelFolders[0] ?? '')).toBeDefined();
  });

  it('reads sizes, times, folders and lists', () => {
    const config = readConfig(
      {
        LATHE_PORT: '0',
        LATHE_DATA: 'data',
        LATHE_MODELS: 'models:/srv/models:',
        LATHE_ARTIFACTS: 'file:store',
        LATHE_UPLOAD_LIMIT: '64MiB',
        LATHE_ACK_WAIT: '1.5s',
        LATHE_CANCEL_WAIT: '250',
        LATHE_API_KEY: '',
      },
      '/srv',
    );
    expect(config).toMatchObject({
      port: 0,
      dataFolder: '/srv/data',
      modelFolders: ['/srv/models', '/srv/models'],
      artifacts: 'file:/srv/store',
      uploadLimitBytes: 67_108_864,
      ackWaitMs: 1500,
      cancelWaitMs: 250,
      apiKey: null,
    });
    expect(readConfig({ LATHE_ARTIFACTS: 'file:///srv/store' }, '/').artifacts).toBe(
      'file:/srv/store',
    );
  });

  it.each([
    ['LATHE_PORT', 'http', 'is "http", but must be a whole number from 0 to 65535'],
    ['LATHE_PORT', '70000', 'is "70000", but must be a whole number from 0 to 65535'],
    ['LATHE_PORT', '', 'is "", but must be a whole number from 0 to 65535'],
    ['LATHE_WORKER_SLOTS', '0', 'is "0", but must be a whole number of at least 1'],
    ['LATHE_UPLOAD_LIMIT', '5 apples', 'is "5 apples", but must be like 512MB or 64MiB'],
    ['LATHE_ACK_WAIT', '-1s', 'is "-1s", but must be like 500ms, 30s or 5m'],
    ['LATHE_LOG_LEVEL', 'loud', 'is "loud", but must be one of fatal, error'],
    ['LATHE_WORKER_ADDRESS', 'here', 'must be host:port'],
    ['LATHE_WORKER_ID', 'a.b', 'must be 1 to 64 letters'],
    ['LATHE_ARTIFACTS', 'ftp://bucket', 'is "ftp://bucket", but must begin with file: or s3://'],
    ['LATHE_ARTIFACTS', 'file:', 'names no folder after file:'],
  ])('names %s when it is %j', (name, value, reason) => {
    const read = () => readConfig({ [name]: value });
    expect(read).toThrow(`The environment variable ${name} ${reason}`);
  });

  it('knows the servers that may be asked, each with its key', () => {
    const read = (servers: string, keys = '') =>
      readConfig({ LATHE_MODEL_SERVERS: servers, LATHE_MODEL_SERVER_KEYS: keys });
    const urls = 'https://Host.example:443/v1/, http://127.0.0.1:11434/v1';
    expect(read(urls, 'https://host.example/v1=sk-a=b').modelServers).toEqual([
      { url: 'https://host.example/v1', key: 'sk-a=b' },
      { url: 'http://127.0.0.1:11434/v1', key: null },
    ]);
    for (const url of [
      'host',
      'ftp://host',
      'https://me@host/',
      'https://host/?a',
      'https://host/#a',
    ])
      expect(() => read(url)).toThrow(`LATHE_MODEL_SERVERS has "${url}"`);
    for (const keys of [
      'sk-secret',
      'https://other.example/v1=sk-secret',
      'https://host.example/v1=',
    ]) {
      const reading = () => read(urls, keys);
      expect(reading).toThrow('Entry 1 of the environment variable LATHE_MODEL_SERVER_KEYS');
      expect(reading).not.toThrow('sk-secret');
    }
  });

  it('is carried to a child process as it is', () => {
    for (const env of [
      {},
      { LATHE_MODEL_SERVERS: 'https://a/v1', LATHE_MODEL_SERVER_KEYS: 'https://a/v1=k' },
      {
        LATHE_DATA: 'x',
        LATHE_API_KEY: 'k',
        LATHE_HEALTH_PORT: '9',
        LATHE_NATS_URL: 'nats://a:1',
        LATHE_MODELS: 'a:b',
      },
    ]) {
      const config = readConfig(env, '/srv');
      expect(readConfig(environmentOf(config), '/elsewhere')).toEqual(config);
    }
  });

  it('names every variable once', () => {
    const names = Object.values(variables).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('names misspelt variables', () => {
    expect(unknownVariables({ LATHE_PROT: '1', LATHE_PORT: '1', PATH: '' })).toEqual([
      'LATHE_PROT',
    ]);
  });
});
