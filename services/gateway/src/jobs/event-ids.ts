import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** Public ids of one job's events. */
export type EventIds = {
  /** The id of the event at this place in the stream of all events. */
  idOf(sequence: number): string;
  /** The place behind an id, or undefined when the text is no id of an event of this job. */
  sequenceOf(id: string): number | undefined;
};

const prefix = 'ftevent-';
const halfBytes = 8;

/**
 * Ids that hold an event's place in the stream, so that cursors stay stable, but enciphered: the places would tell how much
 * happens to everybody's jobs. Each job has a key of its own, made of the secret, so that the ids of two jobs cannot be
 * compared either.
 */
export function eventIds(secret: string, jobId: string): EventIds {
  const key = createHmac('sha256', secret).update(`event ids of ${jobId}`).digest().subarray(0, 16);
  // One for all: each block is enciphered by itself, and making a cipher takes longer than all else about an event.
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return {
    idOf(sequence) {
      // The second half stays zero, by which an id is known.
      const block = Buffer.alloc(2 * halfBytes);
      block.writeBigUInt64BE(BigInt(sequence));
      return `${prefix}${cipher.update(block).toString('hex')}`;
    },
    sequenceOf(id) {
      if (!id.startsWith(prefix) || !/^[0-9a-f]{32}$/.test(id.slice(prefix.length)))
        return undefined;
      const decipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false);
      const bytes = Buffer.from(id.slice(prefix.length), 'hex');
      const block = Buffer.concat([decipher.update(bytes), decipher.final()]);
      if (block.readBigUInt64BE(halfBytes) !== 0n) return undefined;
      const sequence = Number(block.readBigUInt64BE());
      return Number.isSafeInteger(sequence) ? sequence : undefined;
    },
  };
}
