/** For tests: the model folders of reported inputs, each models/lathe-tiny with that input's changes. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const reportedInputs = join(import.meta.dirname, 'fixtures');
const tiny = join(import.meta.dirname, '../../models/lathe-tiny');

type Changes = Readonly<Record<string, unknown>>;
type AddedToken = { readonly id: number; readonly content: string; special: boolean };
export type Reported = {
  readonly template?: readonly string[];
  readonly config?: Changes;
  readonly tokenizerConfig?: Changes;
  readonly files?: Readonly<Record<string, unknown>>;
  readonly drop?: readonly string[];
  readonly tokenizer?: {
    readonly forget?: readonly string[];
    readonly notSpecial?: readonly string[];
    readonly add?: readonly AddedToken[];
  };
  readonly weights?: {
    readonly padRows?: { readonly count: number; readonly from: number; readonly factor: number };
    readonly reversedHead?: boolean;
  };
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
  readonly ask: string;
  readonly right: { readonly tokens: readonly number[]; readonly supervised: string } & {
    readonly 'first token, log-probability': readonly (readonly [token: string, value: number])[];
  };
};

async function readJson<Value>(path: string): Promise<Value> {
  return JSON.parse(await readFile(path, 'utf8')) as Value;
}

/** A reported input by its name. */
export function readReported(name: string): Promise<Reported> {
  return readJson(join(reportedInputs, `${name}.json`));
}

/** Builds the folder of a reported input. */
export async function writeReportedFolder(out: string, input: Reported): Promise<void> {
  await cp(tiny, out, { recursive: true });
  await patch(join(out, 'config.json'), input.config);
  await patch(join(out, 'tokenizer_config.json'), input.tokenizerConfig);
  if (input.template !== undefined)
    await writeFile(join(out, 'chat_template.jinja'), input.template.join(''));
  for (const [name, json] of Object.entries(input.files ?? {}))
    await writeFile(join(out, name), JSON.stringify(json));
  for (const name of input.drop ?? []) await rm(join(out, name), { force: true });
  if (input.tokenizer !== undefined)
    await changeTokens(join(out, 'tokenizer.json'), input.tokenizer);
  if (input.weights !== undefined)
    await changeWeights(join(out, 'model.safetensors'), input.weights);
}

/** Null removes a key. */
async function patch(path: string, changes: Changes | undefined): Promise<void> {
  if (changes === undefined) return;
  const all = { ...(await readJson<Changes>(path)), ...changes };
  const kept = Object.entries(all).filter(([, value]) => value !== null);
  await writeFile(path, JSON.stringify(Object.fromEntries(kept)));
}

type TokenizerFile = {
  added_tokens: AddedToken[];
  readonly model: { readonly vocab: Record<string, number>; merges: (string | string[])[] };
};

async function changeTokens(
  path: string,
  { forget = [], notSpecial = [], add = [] }: NonNullable<Reported['tokenizer']>,
): Promise<void> {
  const json = await readJson<TokenizerFile>(path);
  const { vocab } = json.model;
  // Forgotten control tokens move to the end of the vocabulary, in place of what stood there.
  const byId = new Map(Object.entries(vocab).map(([token, id]) => [id, token]));
  const last = forget.map((_, at) => byId.get(byId.size - forget.length + at) ?? '');
  json.model.merges = json.model.merges.filter(
    (merge) => !last.includes(typeof merge === 'string' ? merge.replace(' ', '') : merge.join('')),
  );
  for (const token of last) delete vocab[token];
  for (const token of forget) {
    const id = json.added_tokens.find(({ content }) => content === token)?.id ?? vocab[token] ?? 0;
    delete vocab[token];
    vocab[`\u0120\u0120unused${id}`] = id;
  }
  json.added_tokens = json.added_tokens.filter(({ content }) => !forget.includes(content));
  for (const token of json.added_tokens)
    if (notSpecial.includes(token.content)) token.special = false;
  json.added_tokens.push(...add);
  await writeFile(path, JSON.stringify(json));
}

type Entry = { dtype: string; shape: [rows: number, width: number]; data_offsets: number[] };

/** Of weights in bfloat16 whose head is tied: more rows than tokens, or a head of its own with the rows in turn. */
async function changeWeights(
  path: string,
  { padRows, reversedHead }: NonNullable<Reported['weights']>,
): Promise<void> {
  const bytes = await readFile(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(
    bytes.subarray(8, start).toString(),
  ) as Record<string, Entry>;
  const data = new Map(
    Object.entries(entries).map(([name, { data_offsets: at }]) => [
      name,
      bytes.subarray(start + (at[0] ?? 0), start + (at[1] ?? 0)),
    ]),
  );
  const name = 'model.embed_tokens.weight';
  const embedding = entries[name];
  const values = data.get(name);
  if (embedding === undefined || values === undefined) throw new Error(`${path} has no ${name}`);
  const [rows, width] = embedding.shape;
  const row = (at: number) => values.subarray(2 * width * at, 2 * width * (at + 1));
  if (padRows !== undefined) {
    const { count, from, factor } = padRows;
    const added = Array.from({ length: count }, (_, at) => scaled(row(from + at), factor));
    data.set(name, Buffer.concat([values, ...added]));
    embedding.shape = [rows + count, width];
  }
  if (reversedHead) {
    const head = Array.from({ length: rows }, (_, at) => row(rows - 1 - at));
    data.set('lm_head.weight', Buffer.concat(head));
    entries['lm_head.weight'] = { ...embedding, shape: [rows, width] };
  }
  let end = 0;
  for (const [part, { length }] of data) {
    const entry = entries[part];
    if (entry !== undefined) entry.data_offsets = [end, end + length];
    end += length;
  }
  const header = JSON.stringify({ ...(metadata && { __metadata__: metadata }), ...entries });
  const padded = Buffer.from(header + ' '.repeat((8 - (Buffer.byteLength(header) % 8)) % 8));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  await writeFile(path, Buffer.concat([size, padded, ...data.values()]));
}

/** Values in bfloat16 times a factor. */
function scaled(row: Buffer, factor: number): Buffer {
  const word = new Uint32Array(1);
  const value = new Float32Array(word.buffer);
  const result = Buffer.alloc(row.length);
  for (let at = 0; at < row.length; at += 2) {
    word[0] = row.readUInt16LE(at) << 16;
    value[0] = (value[0] ?? 0) * factor;
    result.writeUInt16LE((word[0] ?? 0) >>> 16, at);
  }
  return result;
}
