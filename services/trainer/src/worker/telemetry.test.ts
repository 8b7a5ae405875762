import { expect, test } from 'vitest';
import { createTelemetry } from './telemetry.ts';

test('the time left follows the clock, not the first slow steps', () => {
  let now = 0;
  const telemetry = createTelemetry(100, () => now);
  now += 5000;
  expect(telemetry.step({ step: 1, tokens: 1000, seconds: 4 }).secondsLeft).toBeUndefined();
  let left: number | undefined;
  for (let step = 2; step <= 60; step++) {
    now += 500;
    left = telemetry.step({ step, tokens: 1000, seconds: 0.25 }).secondsLeft;
  }
  expect(left).toBeCloseTo(20, 5);
  expect(telemetry.step({ step: 61, tokens: 1000, seconds: 0.25 }).tokensPerSecond).toBeCloseTo(
    4000,
  );
});
