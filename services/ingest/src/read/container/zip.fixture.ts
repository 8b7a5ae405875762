import { crc32, deflateRawSync } from 'node:zlib';

/** A file for a made archive; the rest says what is odd about it. */
export type ZipFile = {
  readonly name: string;
  readonly data: string | Uint8Array;
  readonly isStored?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly attributes?: number;
  readonly crc?: number;
  /** What the archive says of its size. */
  readonly size?: number;
  /** The file of that number has its bytes too. */
  readonly sharedWith?: number;
};

/** For tests: a zip archive of these files, as odd as they are (PKWARE's APPNOTE, sections 4.3 and 4.4). */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const file of files) {
    const name = Buffer.from(file.name);
    const data = Buffer.from(file.data);
    const packed = file.isStored === true ? data : deflateRawSync(data);
    const method = file.method ?? (file.isStored === true ? 0 : 8);
    const size = file.size ?? data.length;
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE((file.flags ?? 0) | 0x800, 2);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt32LE(file.crc ?? crc32(data), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(size, 18);
    facts.writeUInt16LE(name.length, 22);
    const offset = file.sharedWith === undefined ? at : (offsets[file.sharedWith] as number);
    offsets.push(offset);
    if (file.sharedWith === undefined) {
      const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, name, packed]);
      parts.push(local);
      at += local.length;
    }
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((file.attributes ?? 0) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\u0001\u0002\u0014\u0003'), facts, tail, name);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, directory, Buffer.from('PK\u0005\u0006'), end]);
}
