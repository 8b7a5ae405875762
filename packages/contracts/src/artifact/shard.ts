/**
 * A token shard: tokenized examples laid end to end.
 *
 * Little-endian: magic `LSHD`, u32 version (1), u32 examples, u32 tokens, then u32 length of each
 * example, i32 token ids, u8 supervised flags (not 0: the token is a target, predicted from the one
 * before it in the same example; 2: of an answer that was judged bad).
 */
export type ShardExample = { readonly tokens: Int32Array; readonly supervised: Uint8Array };

/** The flag of a target that is no good example: of an answer that was judged bad. */
export const badTarget = 2;

const magic = 0x4448534c;
const version = 1;
const headerBytes = 16;

/** Lays examples end to end in the shard format. Throws RangeError when an example's arrays differ in length. */
export function encodeShard(examples: readonly ShardExample[]): Uint8Array {
  const total = examples.reduce((sum, example) => sum + example.tokens.length, 0);
  const bytes = new Uint8Array(headerBytes + 4 * examples.length + 5 * total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  view.setUint32(8, examples.length, true);
  view.setUint32(12, total, true);
  let lengthAt = headerBytes;
  let tokenAt = headerBytes + 4 * examples.length;
  let flagAt = tokenAt + 4 * total;
  for (const example of examples) {
    if (example.tokens.length !== example.supervised.length)
      throw new RangeError('an example needs one supervised flag for each token');
    view.setUint32(lengthAt, example.tokens.length, true);
    lengthAt += 4;
    for (const token of example.tokens) {
      view.setInt32(tokenAt, token, true);
      tokenAt += 4;
    }
    bytes.set(example.supervised, flagAt);
    flagAt += example.supervised.length;
  }
  return bytes;
}

/** Reads a shard back. Throws RangeError with the reason when the bytes are not a whole shard. */
export function decodeShard(bytes: Uint8Array): ShardExample[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerBytes || view.getUint32(0, true) !== magic)
    throw new RangeError('not a token shard: the magic number is missing');
  if (view.getUint32(4, true) !== version)
    throw new RangeError(`token shard version ${view.getUint32(4, true)} is not supported`);
  const count = view.getUint32(8, true);
  const total = view.getUint32(12, true);
  if (bytes.length !== headerBytes + 4 * count + 5 * total)
    throw new RangeError(
      `token shard is cut: ${bytes.length} bytes for ${count} examples and ${total} tokens`,
    );
  let tokenAt = headerBytes + 4 * count;
  let flagAt = tokenAt + 4 * total;
  let seen = 0;
  const examples: ShardExample[] = [];
  for (let index = 0; index < count; index++) {
    const length = view.getUint32(headerBytes + 4 * index, true);
    seen += length;
    if (seen > total) throw new RangeError('token shard lengths do not add up');
    const tokens = new Int32Array(length);
    for (let at = 0; at < length; at++) tokens[at] = view.getInt32(tokenAt + 4 * at, true);
    examples.push({ tokens, supervised: bytes.slice(flagAt, flagAt + length) });
    tokenAt += 4 * length;
    flagAt += length;
  }
  if (seen !== total) throw new RangeError('token shard lengths do not add up');
  return examples;
}
