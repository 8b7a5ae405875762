import { type LentPlace, lentPlace } from '../runtime/lent-memory.ts';
import { gradientBuffers, type MemberGradient } from './summed-gradient.ts';

/** An array that moves to another thread or, where a device lent it, the place that the thread finds it at. */
type Sent<Numbers> = Numbers | LentPlace;

/** A gradient as it goes to another thread. */
export type SentGradient = {
  readonly whole: Sent<Float32Array<ArrayBuffer>> | undefined;
  readonly added: readonly {
    readonly places: Sent<Int32Array<ArrayBuffer>>;
    readonly rows: Sent<Float32Array<ArrayBuffer>>;
  }[];
};

/** A gradient to send. */
export function sentGradient({ whole, added }: MemberGradient): SentGradient {
  return {
    whole: whole && sent(whole),
    added: added.map(({ places, rows }) => ({ places: sent(places), rows: sent(rows) })),
  };
}

/** The memory that goes with a gradient to another thread. */
export function movedBuffers(gradient: MemberGradient): ArrayBuffer[] {
  return gradientBuffers(gradient).filter((buffer) => lentPlace(buffer) === undefined);
}

/** A gradient that came, with `memoryAt` to see what was lent. */
export function receivedGradient(
  { whole, added }: SentGradient,
  memoryAt: (place: LentPlace) => ArrayBuffer,
): MemberGradient {
  const floats = (numbers: Sent<Float32Array<ArrayBuffer>>) =>
    'address' in numbers ? new Float32Array(memoryAt(numbers)) : numbers;
  return {
    whole: whole && floats(whole),
    added: added.map(({ places, rows }) => ({
      places: 'address' in places ? new Int32Array(memoryAt(places)) : places,
      rows: floats(rows),
    })),
  };
}

function sent<Numbers extends Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(
  numbers: Numbers,
): Sent<Numbers> {
  return lentPlace(numbers.buffer) ?? numbers;
}
