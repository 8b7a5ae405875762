import { deepestJson, isDeeperThan } from '@lathe/contracts/json-depth';
import { createBreather } from '../breather.ts';
import { usualText } from '../text/usual-text.ts';
import { ArtifactError, type ArtifactStore } from './port.ts';

/** A line that is not empty, counted from 1: its JSON, or what is wrong with it, to be said after its name ("is not JSON …"). */
export type JsonLine = { readonly line: number } & (
  | { readonly json: unknown }
  | { readonly fault: string }
);

/** What to throw where a reader cannot go on. */
export type JsonLineErrors = {
  readonly tooLong: (line: number) => Error;
  /** There is no such artifact. */
  readonly gone: (cause: unknown) => Error;
};

const newline = 0x0a;

/**
 * The lines of an artifact of JSON Lines in UTF-8 or what usual-text.ts makes that of, one after another, held one at a time; other work of the thread gets its turn between
 * them. Throws `errors.tooLong` at a line of more than `maxBytes` bytes, `errors.gone`, and what the store throws else.
 * @example
 * const errors = { tooLong: (line: number) => new Error(`Line ${line} is too long.`), gone: () => new Error('It is gone.') };
 * for await (const { line, ...read } of readJsonLines(artifacts, 'p/default/rows.jsonl', { maxBytes: 65_536, errors }))
 *   if ('fault' in read) throw new Error(`Line ${line} ${read.fault}.`);
 */
export async function* readJsonLines(
  artifacts: Pick<ArtifactStore, 'get'>,
  key: string,
  { maxBytes, errors }: { readonly maxBytes: number; readonly errors: JsonLineErrors },
): AsyncGenerator<JsonLine, void> {
  const breathe = createBreather();
  let held: Uint8Array[] = [];
  let [size, line] = [0, 1];
  const hold = (piece: Uint8Array): void => {
    held.push(piece);
    size += piece.length;
    if (size > maxBytes) throw errors.tooLong(line);
  };
  const take = (): JsonLine | undefined => {
    const read = readLine(Buffer.concat(held));
    [held, size] = [[], 0];
    return read === undefined ? undefined : { line, ...read };
  };
  try {
    for await (const piece of usualText(artifacts.get(key))) {
      let from = 0;
      for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, from)) {
        hold(piece.subarray(from, at));
        await breathe();
        const read = take();
        if (read !== undefined) yield read;
        line++;
        from = at + 1;
      }
      hold(piece.subarray(from));
    }
  } catch (error) {
    if (error instanceof ArtifactError && error.problem === 'not_found') throw errors.gone(error);
    throw error;
  }
  const last = take();
  if (last !== undefined) yield last;
}

/** Undefined for a line of white space. */
function readLine(
  bytes: Uint8Array,
): { readonly json: unknown } | { readonly fault: string } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') return undefined;
    // Before anything descends into it.
    if (isDeeperThan(bytes, deepestJson))
      return { fault: `is nested deeper than ${deepestJson} levels` };
    return { json: JSON.parse(text) };
  } catch (error) {
    return { fault: `is not JSON in UTF-8: ${(error as Error).message}` };
  }
}
