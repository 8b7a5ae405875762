import { peek } from '@lathe/platform/text/peek';
import { areOldMacs, utf8Of, withNewlines } from '@lathe/platform/text/text-stream';
import { Unreadable } from './limits.ts';
import type { OpenStored, Reading } from './options.ts';
import { signatureOf } from './signature.ts';
import { type TextForm, textFormOf } from './text-form.ts';
import { unpack } from './unpack.ts';

/** What a file is by its bytes, without what it is packed with. */
export type Form =
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'zip'; readonly whole: AsyncGenerator<Uint8Array> }
  | {
      readonly is: 'parquet';
      readonly whole: AsyncGenerator<Uint8Array>;
      /** Of one that is as it was uploaded. */
      readonly openStored?: OpenStored | undefined;
    }
  | {
      readonly is: 'text';
      readonly text: TextForm;
      readonly isEmpty: boolean;
      /** What was done to its bytes before its lines were found. */
      readonly notes: readonly TextNote[];
      readonly whole: AsyncGenerator<Uint8Array>;
    };

/** What is worth saying of how a text is written. */
type TextNote = { readonly rule: string; readonly message: string };

const isWide: TextNote = {
  rule: 'utf-16',
  message: 'The file is UTF-16 text, and was read as that',
};
const isOld: TextNote = {
  rule: 'line-ends',
  message: 'The lines end with CR alone, and were read as lines',
};

const json = 'holds no JSON objects';
/** What files lack that are called so, and hold nothing but text. */
const kinds: readonly (readonly [names: readonly string[], lack: string])[] = [
  [['json', 'jsonl', 'ndjson'], json],
  [
    ['csv', 'tsv', 'tab'],
    'has no first line that names columns with commas, semicolons, tabs or bars between them (a column of texts alone is called text)',
  ],
  [
    ['conll', 'conllu', 'iob', 'iob2', 'bio'],
    'has no words with tags behind them in columns with tabs or blanks between them',
  ],
];

/** A file of which no more is known than what it is called. */
type UnknownFile = {
  readonly name: string;
  readonly read: () => AsyncIterable<Uint8Array>;
  readonly openStored?: OpenStored | undefined;
};

/** The form of a file. Throws Unreadable for one that is packed too often, or cannot be unpacked. */
export async function formOf(
  { name, read, openStored }: UnknownFile,
  { options, budget }: Pick<Reading, 'options' | 'budget'>,
): Promise<Form> {
  const { sniffBytes, maxLayers } = options.limits;
  const stored = read();
  let bytes = stored;
  let shortName = name;
  const notes: TextNote[] = [];
  let layers = 0;
  for (;;) {
    const { head, whole } = await peek(bytes, sniffBytes);
    const signature = signatureOf(head);
    switch (signature.is) {
      case 'gzip':
      case 'zstd':
        if (layers++ === maxLayers) {
          await whole.return(undefined);
          throw new Unreadable(`is packed more than ${maxLayers} times`);
        }
        bytes = unpack(whole, signature.is, budget);
        shortName = shortName.replace(/\.(gz|gzip|zst|zstd)$/i, '');
        continue;
      case 'utf-16le':
      case 'utf-16be':
        bytes = utf8Of(whole, signature.is);
        notes.push(isWide);
        continue;
      case 'refused':
        await whole.return(undefined);
        return signature;
      case 'zip':
        return { is: 'zip', whole };
      case 'parquet':
        return { is: 'parquet', whole, ...(bytes === stored && { openStored }) };
      case 'text': {
        if (areOldMacs(head)) {
          bytes = withNewlines(whole);
          notes.push(isOld);
          continue;
        }
        const isWhole = head.length < sniffBytes;
        const text = await textFormOf(head, { isWhole, name: shortName });
        const why = notAsCalled(text, shortName, head);
        if (why !== undefined) {
          await whole.return(undefined);
          return { is: 'refused', why };
        }
        return { is: 'text', text, isEmpty: head.length === 0, notes, whole };
      }
    }
  }
}

/** Why a file is not read as the plain text that it is, since it is called another; undefined for any other. */
function notAsCalled(form: TextForm, name: string, head: Buffer): string | undefined {
  const [, extension = ''] = /\.(\w+)$/.exec(name) ?? [];
  const called = extension.toLowerCase();
  const is = kinds.find(([names]) => names.includes(called))?.[1];
  if (form.is !== 'text' || is === undefined || head.toString().trim() === '') return undefined;
  const isPython = is === json && /^\s*\[?\s*\{'/.test(head.toString());
  const advice = isPython
    ? 'it holds what Python prints, with single quotes; write it with json.dumps'
    : 'call it .txt to train on its lines as plain text';
  return `is called .${called}, and ${is}: ${advice}`;
}

/** Ends a file that is not read. */
export async function closeForm(form: Form): Promise<void> {
  if (form.is !== 'refused') await form.whole.return(undefined);
}
