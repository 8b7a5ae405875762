/** Buffers of pieces that nobody looks at but who was given them; few are open at a time. */
const own = new WeakSet<ArrayBufferLike>();

/**
 * Says of a piece that it alone is on its buffer, and that it belongs to who gets it: where its memory is given back once its bytes were copied, instead of being
 * left to the garbage collector, that need not look through all the heap so often.
 * @example
 * const piece = ownPiece(new Uint8Array(1000));
 * takeOver(piece); // true: piece.buffer.transfer(0) is allowed now
 */
export function ownPiece(piece: Uint8Array): Uint8Array {
  if (piece.byteLength === piece.buffer.byteLength) own.add(piece.buffer);
  return piece;
}

/** Takes a piece over, to give its memory back; false where that belongs to others, or was taken over before. */
export function takeOver(piece: Uint8Array): boolean {
  return own.delete(piece.buffer);
}
