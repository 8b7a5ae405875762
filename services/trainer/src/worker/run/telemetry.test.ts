import { expect, test } from 'vitest';
import { createTelemetry } from './telemetry.ts';

test('the time left follows the clock, not the first slow steps', () => {
  let now = 0;
  const telemetry = createTelemetry(100, () => now);
  now += 5000;
  expect(telemetry.steps([{ step: 1, tokens: 1000, seconds: 4 }]).secondsLeft).toBeUndefined();
  let left: number | undefined;
  for (let step = 2; step <= 60; step++) {
    now += 500;
    left = telemetry.steps([{ step, tokens: 1000, seconds: 0.25 }]).secondsLeft;
  }
  expect(left).toBeCloseTo(20, 5);
  expect(telemetry.steps([{ step: 61, tokens: 1000, seconds: 0.25 }]).tokensPerSecond).toBeCloseTo(
    4000,
  );
});

test('steps that are told together count as each for its share of the time', () => {
  let now = 0;
  const telemetry = createTelemetry(100, () => now);
  now += 1000;
  telemetry.steps([{ step: 1, tokens: 10, seconds: 1 }]);
  now += 2000;
  const four = [2, 3, 4, 5].map((step) => ({ step, tokens: 10, seconds: 0.5 }));
  // The warm-up ends with step 2, so half a second for each of the 95 steps left.
  expect(telemetry.steps(four)).toEqual({ secondsLeft: 47.5, tokensPerSecond: 20 });
});
