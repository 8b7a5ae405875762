import { ownPiece } from '@lathe/platform/artifacts/own-piece';
import { describe, expect, it } from 'vitest';
import { readLineGroups, readLines } from './line-reader.ts';
import { type Line, type LineGroup, linesOf } from './lines.ts';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function lines(text: string | Uint8Array, size = 7, most = 100): Promise<string[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const seen: string[] = [];
  for await (const line of readLines(chunks(bytes, size), most)) seen.push(show(line));
  return seen;
}

function show(line: Line): string {
  return `${line.number}:${'bytes' in line ? line.bytes.toString() : 'too long'}`;
}

describe('readLines', () => {
  it.each([1, 2, 3, 1000])('gives the same lines in chunks of %i bytes', async (size) => {
    const text = '\uFEFFone\r\n\n  \t\r\ntwo\n{"a":"é"}\nlast';
    expect(await lines(text, size)).toEqual(['1:one', '4:two', '5:{"a":"é"}', '6:last']);
  });

  it('counts a line that is too long without keeping it', async () => {
    const text = `short\n${'x'.repeat(500)}\nafter\n${'y'.repeat(101)}`;
    expect(await lines(text, 16)).toEqual(['1:short', '2:too long', '3:after', '4:too long']);
  });

  it('gives nothing for an empty file, or one of line ends', async () => {
    expect(await lines('')).toEqual([]);
    expect(await lines('\n\r\n\n')).toEqual([]);
  });

  it('reads a line of a gigabyte in bounded memory', async () => {
    async function* huge(): AsyncGenerator<Uint8Array> {
      const piece = Buffer.alloc(1 << 20, 0x61);
      for (let at = 0; at < 1024; at++) yield piece;
      yield Buffer.from('\nnext\n');
    }
    const before = process.memoryUsage().rss;
    const seen: string[] = [];
    for await (const line of readLines(huge(), 1 << 20)) seen.push(show(line));
    expect(seen).toEqual(['1:too long', '2:next']);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  it('gives what is between two lines of more than one chunk as columns', async () => {
    const text = Buffer.from('one\r\n\ntwo\nfollowed');
    const seen: LineGroup[] = [];
    for await (const group of readLineGroups(chunks(text, 100), 7)) seen.push(group);
    expect(seen).toEqual([
      {
        bytes: text,
        starts: Int32Array.of(0, 6),
        ends: Int32Array.of(3, 9),
        numbers: Float64Array.of(1, 3),
      },
      [{ number: 4, tooLong: true }],
    ]);
  });

  it('hands on the memory of a chunk that is its own, where all of its lines are in one group', async () => {
    async function* source() {
      yield ownPiece(Uint8Array.from(Buffer.from('one\ntwo\nth')));
      yield ownPiece(Uint8Array.from(Buffer.from('ree\nfour\ntoo long\nfive\n')));
      yield Uint8Array.from(Buffer.from('six\n'));
    }
    const seen: string[] = [];
    for await (const group of readLineGroups(source(), 7)) {
      seen.push(linesOf(group).map(show).join(' '));
      if ('areOwn' in group && group.areOwn === true) {
        group.bytes.fill(0);
        seen.push('own');
      }
    }
    expect(seen).toEqual([
      '1:one 2:two',
      'own',
      '3:three',
      '4:four',
      '5:too long',
      '6:five',
      '7:six',
    ]);
  });
});
