import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chats } from './chats.ts';
import { documents } from './documents.ts';
import { expand } from './grammar.ts';
import { intents, message } from './message.ts';
import { createRandom } from './random.ts';
import { slots } from './words/slots.ts';

function take<T>(source: Iterator<T>, count: number): T[] {
  return Array.from({ length: count }, () => source.next().value as T);
}

const sample = take(documents(11), 12_000);

describe('the text for the built-in model', () => {
  it('is the same for the same seed and another one for another seed', () => {
    expect(take(documents(11), 500)).toEqual(sample.slice(0, 500));
    expect(take(documents(12), 500)).not.toEqual(sample.slice(0, 500));
    expect(take(chats(5), 300)).toEqual(take(chats(5), 300));
  });

  it('uses a few thousand different words', () => {
    const counts = new Map<string, number>();
    for (const word of sample
      .join('\n')
      .toLowerCase()
      .match(/[a-z]+/g) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    // Slips of the keyboard seldom occur twice; words of the lists do.
    expect([...counts.values()].filter((count) => count > 2).length).toBeGreaterThan(2_000);
  });

  it('seldom repeats itself', () => {
    expect(new Set(sample).size / sample.length).toBeGreaterThan(0.97);
    const long = sample.flatMap((text) => text.split('\n')).filter((line) => line.length > 60);
    expect(new Set(long).size / long.length).toBeGreaterThan(0.9);
  });

  it('leaves no mark of the grammar behind', () => {
    for (const text of sample) expect(text).not.toMatch(/[[\]{}]|undefined/);
  });

  it('names every intent once, with patterns that can be written', () => {
    expect(new Set(intents.map(({ name }) => name)).size).toBe(intents.length);
    const random = createRandom(1);
    for (const { says, replies } of intents) {
      for (const pattern of [...says, ...replies]) {
        for (let round = 0; round < 20; round += 1) {
          expect(expand(pattern, random, slots).length).toBeGreaterThan(5);
        }
      }
    }
  });

  it('comes close to no message of the support inbox example', () => {
    const examples = supportMessages().map(runsOfThree);
    const holders = new Map<string, number[]>();
    for (const [row, runs] of examples.entries()) {
      for (const run of runs) holders.set(run, [...(holders.get(run) ?? []), row]);
    }
    const random = createRandom(2);
    for (let round = 0; round < 40_000; round += 1) {
      const text = message(random.pick(intents), random);
      const shared = new Map<number, number>();
      for (const run of runsOfThree(text)) {
        for (const row of holders.get(run) ?? []) shared.set(row, (shared.get(row) ?? 0) + 1);
      }
      for (const [row, count] of shared) {
        const size = examples[row]?.size ?? 0;
        // A message that shares most of an example's runs of three words is that example in other clothes.
        expect(count < Math.max(2, size * 0.6), `${text} (example ${row + 1})`).toBe(true);
      }
    }
  });
});

function supportMessages(): string[] {
  const file = new URL('../../examples/support-routing.jsonl', import.meta.url);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(
      (line) =>
        (JSON.parse(line) as { messages: { content: string }[] }).messages[1]?.content ?? '',
    );
}

function runsOfThree(text: string): Set<string> {
  const list = text.toLowerCase().match(/[a-z0-9']+/g) ?? [];
  return new Set(list.slice(0, -2).map((_, at) => list.slice(at, at + 3).join(' ')));
}
