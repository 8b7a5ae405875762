import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** One field of a protobuf message: its number, its bytes with the key, and its content. */
export type ProtoField = {
  readonly field: number;
  readonly whole: Uint8Array;
  /** The inner bytes of a length-delimited field, or those of the number. */
  readonly content: Uint8Array;
};

/** Splits a protobuf message into its fields, in order. Throws RangeError where it is cut short. */
export function* protoFields(bytes: Uint8Array): Generator<ProtoField> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, wire] = reader.tag();
    const content = wire === WireType.LengthDelimited ? reader.bytes() : reader.skip(wire, field);
    yield { field, whole: bytes.subarray(start, reader.pos), content };
  }
}

/** The key and length in front of a length-delimited field of so many bytes. */
export function lengthPrefix(field: number, byteLength: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint64(byteLength).finish();
}
