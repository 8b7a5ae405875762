import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Writes the fields of protobuf messages that ONNX has. */
export class ProtoWriter {
  readonly #writer = new BinaryWriter();

  /** An integer field; negative numbers take their 64-bit two's complement, as int64 fields do. */
  integer(field: number, value: number): void {
    this.#writer.tag(field, WireType.Varint).int64(value);
  }

  /** A 32-bit float field. */
  float(field: number, value: number): void {
    this.#writer.tag(field, WireType.Bit32).float(value);
  }

  text(field: number, value: string): void {
    this.#writer.tag(field, WireType.LengthDelimited).string(value);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#writer.tag(field, WireType.LengthDelimited).bytes(value);
  }

  /** Integers packed into one field. */
  integers(field: number, values: readonly number[]): void {
    this.message(field, () => {
      for (const value of values) this.#writer.int64(value);
    });
  }

  /** A nested message, whose fields `write` writes. */
  message(field: number, write: (inner: ProtoWriter) => void): void {
    this.#writer.tag(field, WireType.LengthDelimited).fork();
    write(this);
    this.#writer.join();
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.#writer.finish();
  }
}
