import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';

/** The text of a row that waits as UTF-8. */
export function jsonText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}

/** The canonical row whose JSON waits as UTF-8. */
export function parseRow(json: Uint8Array): CanonicalRow {
  return JSON.parse(jsonText(json)) as CanonicalRow;
}
