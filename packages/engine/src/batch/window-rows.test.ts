import { describe, expect, it } from 'vitest';
import { chooseRows } from './window-rows.ts';

describe('chooseRows', () => {
  it('takes the whole step when it fits', () => {
    expect(chooseRows([4, 4, 4], 32, 1024)).toBe(4);
  });

  it('splits a step evenly rather than padding its last part', () => {
    expect(chooseRows([6, 6], 64, 5 * 64)).toBe(3);
  });

  it('runs one window at a time when the limit is below a window', () => {
    expect(chooseRows([6], 64, 10)).toBe(1);
  });

  it('does not pad every step to the one that is long', () => {
    expect(chooseRows([...Array(50).fill(2), 8], 256, 4096)).toBe(2);
  });
});
