import { describe, expect, it } from 'vitest';
import { inverseFrequencies, ropeTable } from './rope-table.ts';

const plain = { rotarySize: 8, ropeTheta: 10_000, ropeScaling: null };

describe('rope tables', () => {
  it('holds cos and sin of position times frequency', () => {
    const table = ropeTable(plain, 5);
    const frequencies = [1, 0.1, 0.01, 0.001];
    for (let position = 0; position < 5; position++)
      for (const [index, frequency] of frequencies.entries()) {
        expect(table.cos[position * 4 + index]).toBeCloseTo(Math.cos(position * frequency), 6);
        expect(table.sin[position * 4 + index]).toBeCloseTo(Math.sin(position * frequency), 6);
      }
    expect(ropeTable(plain, 2, 0.5).cos[4]).toBeCloseTo(Math.cos(1) / 2, 6);
  });

  it('divides every frequency under linear scaling', () => {
    const scaled = inverseFrequencies({ ...plain, ropeScaling: { type: 'linear', factor: 4 } });
    expect(scaled[0]).toBe(0.25);
    expect(scaled[3]).toBeCloseTo(0.00025, 10);
  });

  it('keeps fast frequencies, divides slow ones and blends between under llama3 scaling', () => {
    const ropeScaling = {
      type: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalMaxPositions: 128,
    } as const;
    const [fast, blended, slow] = inverseFrequencies({ ...plain, ropeScaling });
    expect(fast).toBe(1);
    const share = ((128 * 0.1) / (2 * Math.PI) - 1) / 3;
    expect(blended).toBeCloseTo((1 - share) * 0.0125 + share * 0.1, 7);
    expect(slow).toBeCloseTo(0.01 / 8, 9);
  });
});
