const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text of bytes; undefined for what is no UTF-8, so that no letter is replaced in silence. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
