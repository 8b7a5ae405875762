import { afterAll, beforeAll } from 'vitest';
import type { GatewaySettings } from '../settings.ts';
import { baseModel, startGateway, type TestGateway } from './gateway.fixture.ts';

/** One gateway with a base model for all tests of a file: what it has is there from the next hook on. */
export function oneGateway(overrides: Partial<GatewaySettings> = {}): TestGateway {
  const gateway = {} as TestGateway;
  beforeAll(async () => {
    Object.assign(gateway, await startGateway(overrides));
    await gateway.addModel(baseModel);
  });
  afterAll(() => gateway.stop());
  return gateway;
}
