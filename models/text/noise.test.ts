import { expect, it } from 'vitest';
import { asTyped } from './noise.ts';
import { createRandom } from './random.ts';

const plain = 'I am still waiting for the parcel, it has not arrived.';

it('leaves many texts as they are and changes others in several ways', () => {
  const random = createRandom(4);
  const typed = Array.from({ length: 400 }, () => asTyped(plain, random));
  expect(typed.filter((text) => text === plain).length).toBeGreaterThan(80);
  expect(typed).toContain("I'm still waiting for the parcel, it hasn't arrived.");
  expect(typed).toContain(plain.toLowerCase());
  expect(new Set(typed).size).toBeGreaterThan(40);
});

it('never changes the length of a text by much', () => {
  const random = createRandom(5);
  for (let round = 0; round < 500; round += 1) {
    expect(Math.abs(asTyped(plain, random).length - plain.length)).toBeLessThan(12);
  }
});
