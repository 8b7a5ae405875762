/** One field of a protobuf message: its number, its bytes with the key, and its content. */
export type ProtoField = {
  readonly field: number;
  readonly wire: number;
  readonly whole: Uint8Array;
  /** The inner bytes of a length-delimited field, or those of the number. */
  readonly content: Uint8Array;
};

/** Splits a protobuf message into its fields, in order. Throws RangeError where it is cut short. */
export function* protoFields(bytes: Uint8Array): Generator<ProtoField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the protobuf message is cut short');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.byteLength) {
    const start = at;
    const key = varint();
    const wire = key & 7;
    let from = at;
    if (wire === 0) varint();
    else if (wire === 5) at += 4;
    else if (wire === 1) at += 8;
    else if (wire === 2) {
      const length = varint();
      from = at;
      at += length;
    } else throw new RangeError(`the protobuf wire type ${wire} is unknown`);
    if (at > bytes.byteLength) throw new RangeError('the protobuf message is cut short');
    yield {
      field: Math.floor(key / 8),
      wire,
      whole: bytes.subarray(start, at),
      content: bytes.subarray(from, at),
    };
  }
}

/** The key and length in front of a length-delimited field of so many bytes. */
export function lengthPrefix(field: number, byteLength: number): Uint8Array {
  return Uint8Array.from([...varintBytes(field * 8 + 2), ...varintBytes(byteLength)]);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
