import { randomInt } from 'node:crypto';

const firstPrivate = 0xe000;
const privateCount = 0xf8ff - 0xe000 + 1;

/**
 * Distinct private-use characters that occur nowhere in `avoid`.
 * They start at a random place, so that nobody can prepare a text against them.
 */
export function pickSentinels(count: number, avoid: string): string[] {
  const used = new Set(avoid.match(/[\ue000-\uf8ff]/g));
  const first = randomInt(privateCount);
  const picked: string[] = [];
  for (let i = 0; i < privateCount && picked.length < count; i++) {
    const character = String.fromCharCode(firstPrivate + ((first + i) % privateCount));
    if (!used.has(character)) picked.push(character);
  }
  if (picked.length < count) throw new RangeError('the text uses every private-use character');
  return picked;
}
