/** Writes the protobuf wire format: varints, fixed 32-bit floats and length-delimited fields. */
export class ProtoWriter {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** An integer field; negative numbers take their 64-bit two's complement, as int64 fields do. */
  integer(field: number, value: number | bigint): void {
    this.#varint(field * 8);
    this.#varint(value);
  }

  /** A 32-bit float field. */
  float(field: number, value: number): void {
    this.#varint(field * 8 + 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
  }

  text(field: number, value: string): void {
    this.bytes(field, Buffer.from(value, 'utf8'));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#varint(field * 8 + 2);
    this.#varint(value.byteLength);
    this.#push(value);
  }

  /** Integers packed into one field. */
  integers(field: number, values: readonly number[]): void {
    const packed = new ProtoWriter();
    for (const value of values) packed.#varint(value);
    this.bytes(field, packed.finish());
  }

  /** A nested message, written by `write`. */
  message(field: number, write: (inner: ProtoWriter) => void): void {
    const inner = new ProtoWriter();
    write(inner);
    this.#varint(field * 8 + 2);
    this.#varint(inner.#size);
    for (const chunk of inner.#chunks) this.#push(chunk);
  }

  /** All that was written. */
  finish(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.byteLength;
    }
    return all;
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
  }

  #varint(value: number | bigint): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#push(Uint8Array.from(bytes));
  }
}
