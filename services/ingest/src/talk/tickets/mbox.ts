import { sizeText } from '@lathe/contracts/words/size';
import type { Tally } from '../tally.ts';

/** A mail as it lies in a mailbox. */
export type RawMail = { readonly bytes: Uint8Array; readonly line: number };

const newline = 0x0a;
const carriageReturn = 0x0d;
const from = Buffer.from('From ');
/** `From sender date`, so that a sentence of a body that begins with "From" parts nothing. */
const parting = /^From \S+.*\d{1,2}:\d{2}.*\b\d{4}\b/;
const escaped = /^>+From /;

/**
 * The mails of a mailbox (mbox, RFC 4155; `>From ` is unescaped as mboxrd has it). Of a mail longer than the limit
 * nothing is kept, and it is counted.
 */
export async function* mailsOf(
  source: AsyncIterable<Uint8Array>,
  {
    file,
    maxMailBytes,
    tally,
  }: { readonly file: string; readonly maxMailBytes: number; readonly tally: Tally },
): AsyncGenerator<RawMail> {
  let line = 0;
  let begins = 0;
  let parts: Buffer[] = [];
  let length = 0;
  let isOpen = false;
  let wasBlank = true;
  const take = (): RawMail | undefined => {
    const whole = { bytes: Buffer.concat(parts), line: begins };
    const isLong = length > maxMailBytes;
    parts = [];
    length = 0;
    if (isLong) tally.add(`a mail longer than ${sizeText(maxMailBytes)}`, `${file} line ${begins}`);
    return isOpen && !isLong && whole.bytes.length > 0 ? whole : undefined;
  };
  const keep = (piece: Buffer): void => {
    if (!isOpen) return;
    length += piece.length;
    if (length <= maxMailBytes) parts.push(piece);
    else parts = [];
  };
  for await (const piece of linesOf(source, maxMailBytes)) {
    if (piece.isStart) {
      line++;
      const head = piece.bytes.subarray(0, 300);
      if (wasBlank && head.subarray(0, 5).equals(from) && parting.test(head.toString('latin1'))) {
        const mail = take();
        if (mail !== undefined) yield mail;
        isOpen = true;
        begins = line;
        wasBlank = false;
        continue;
      }
      wasBlank = isBlank(piece.bytes);
      const isEscaped = head[0] === 0x3e && escaped.test(head.toString('latin1'));
      keep(isEscaped ? piece.bytes.subarray(1) : piece.bytes);
    } else keep(piece.bytes);
  }
  const last = take();
  if (last !== undefined) yield last;
}

/** Lines with their ends; one longer than a chunk comes in pieces, of which only the first is a start. */
async function* linesOf(
  source: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly isStart: boolean }> {
  let rest = Buffer.alloc(0);
  let isStart = true;
  for await (const chunk of source) {
    const buffer = Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = buffer.indexOf(newline, at); end !== -1; end = buffer.indexOf(newline, at)) {
      yield { bytes: buffer.subarray(at, end + 1), isStart };
      isStart = true;
      at = end + 1;
    }
    rest = buffer.subarray(at);
    if (rest.length > Math.min(most, 65_536)) {
      yield { bytes: rest, isStart };
      isStart = false;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield { bytes: rest, isStart };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === newline || byte === carriageReturn);
}
