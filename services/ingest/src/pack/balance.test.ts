import { expect, test } from 'vitest';
import { createBalance } from './balance.ts';

test('labels come by all their rows, whichever side these are on', () => {
  const balance = createBalance();
  for (let row = 0; row < 3; row++) balance.add(['often'], row < 2 ? 'heldOut' : 'train');
  for (let row = 0; row < 2; row++) balance.add(['seldom'], 'train');
  balance.add(['b', 'a'], 'train');
  expect(balance.labels()).toEqual([
    { label: 'often', train: 1, heldOut: 2 },
    { label: 'seldom', train: 2, heldOut: 0 },
    { label: 'a', train: 1, heldOut: 0 },
    { label: 'b', train: 1, heldOut: 0 },
  ]);
});

test('without labels there is nothing to tell', () => {
  expect(createBalance().labels()).toBeUndefined();
});
