import { expect } from 'vitest';
import type { TestGateway } from '../integration/gateway.fixture.ts';

type Refusal = { readonly code: string; readonly param: string; readonly message: RegExp };

/** Expects a body of a job to be a 400 that names the field at fault, and nothing to be queued. */
export async function expectRefusal(
  gateway: TestGateway,
  body: object,
  { code, param, message }: Refusal,
): Promise<void> {
  const before = await gateway.queued();
  const response = await gateway.postJob(body);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error).toMatchObject({ code, param, type: 'invalid_request_error' });
  expect(error.message).toMatch(message);
  expect(await gateway.queued()).toBe(before);
}
