/** The beginning of a stream, and the stream with it. */
export type Peeked = { readonly head: Buffer; readonly whole: AsyncGenerator<Uint8Array> };

/**
 * Reads the first `bytes` of a stream, or all of a shorter one. Whoever ends `whole` ends the source.
 * @example const { head, whole } = await peek(artifacts.get('p/default/rows.jsonl'), 4096);
 */
export async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const chunks = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const chunk = await chunks.next();
    if (chunk.done === true) break;
    first.push(chunk.value);
    length += chunk.value.length;
  }
  const whole = chain(first, chunks);
  // Only a generator that has begun runs to its end when it is told to return.
  await whole.next();
  return { head: Buffer.concat(first).subarray(0, bytes), whole };
}

async function* chain(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield new Uint8Array();
    yield* first;
    for (let chunk = await rest.next(); chunk.done !== true; chunk = await rest.next())
      yield chunk.value;
  } finally {
    // A file that is refused by its first lines is closed all the same.
    await rest.return?.();
  }
}
