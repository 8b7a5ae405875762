import { expect, it } from 'vitest';
import { readJsonLines } from './json-lines.ts';
import { ArtifactError } from './port.ts';

const errors = {
  tooLong: (line: number) => new Error(`line ${line} is too long`),
  gone: (cause: unknown) => new Error('gone', { cause }),
};

/** The lines of an artifact that arrives in these pieces. */
function read(pieces: readonly (string | Uint8Array)[], maxBytes = 64) {
  async function* get() {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  return Array.fromAsync(readJsonLines({ get }, 'key', { maxBytes, errors }));
}

it('reads lines over borders of pieces, and counts the empty ones', async () => {
  const text = Buffer.from('{"a":"é"}\n\n \r\n[1]\r\n2');
  const whole = [
    { line: 1, json: { a: 'é' } },
    { line: 4, json: [1] },
    { line: 5, json: 2 },
  ];
  expect(await read([text])).toEqual(whole);
  expect(await read([...text].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  expect(await read([])).toEqual([]);
});

it('reads UTF-16 with a byte order mark, and lines that end with CR alone', async () => {
  const text = '\ufeff{"a":"é𠮷"}\r\r[1]\r2';
  const whole = [
    { line: 1, json: { a: 'é𠮷' } },
    { line: 3, json: [1] },
    { line: 4, json: 2 },
  ];
  const wide = Buffer.from(text, 'utf16le');
  for (const bytes of [Buffer.from(text), wide, Buffer.from(wide).swap16()]) {
    expect(await read([bytes])).toEqual(whole);
    expect(await read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  }
});

it('says what is wrong with a line in its place and goes on', async () => {
  const deep = '['.repeat(300) + ']'.repeat(300);
  expect(await read(['{"a"\n', Uint8Array.of(0xff, 0x0a), '1\n', deep], 600)).toEqual([
    { line: 1, fault: expect.stringContaining('is not JSON in UTF-8: ') },
    { line: 2, fault: expect.stringContaining('is not JSON in UTF-8: ') },
    { line: 3, json: 1 },
    { line: 4, fault: 'is nested deeper than 256 levels' },
  ]);
});

it('holds no more than a line may have', async () => {
  await expect(read(['1\n', '2'.repeat(8)], 7)).rejects.toThrow('line 2 is too long');
  expect(await read(['1'.repeat(7), '\n2'], 7)).toHaveLength(2);
});

it('tells an artifact that is not there from a store that fails', async () => {
  const failing = (error: Error) => {
    async function* get(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\n');
      throw error;
    }
    return Array.fromAsync(readJsonLines({ get }, 'key', { maxBytes: 9, errors }));
  };
  await expect(failing(new ArtifactError('not_found', 'no such key'))).rejects.toThrow('gone');
  await expect(failing(new Error('the disk is full'))).rejects.toThrow('the disk is full');
});
