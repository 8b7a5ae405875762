import type { DType } from '../../graph/tensor.ts';
import type { Port } from '../port.ts';
import type { CpuSessionSettings, Provider } from '../session-settings.ts';

/** A tensor's numbers in this process's memory, which both threads see. */
export type Place = {
  readonly address: bigint;
  readonly byteLength: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
};

/** A value of ONNX Runtime's, which lies where a session computes until it is given back. */
export type StayingValue = { readonly value: bigint };

/** What the thread of sessions is asked for; it answers each but the last in the order in which they came. */
export type ToSessions =
  | { readonly kind: 'load' }
  /** Our kernels of a library, by the instruction set of that name; '' is the widest that this processor has. */
  | { readonly kind: 'load kernels'; readonly file: string; readonly set: string }
  | {
      readonly kind: 'open';
      readonly model: Pick<Place, 'address' | 'byteLength'>;
      readonly settings: CpuSessionSettings;
      readonly provider: Provider;
    }
  | {
      readonly kind: 'run';
      readonly session: number;
      /** In the order of the session's inputs. */
      readonly feeds: readonly Place[];
      /** Where outputs are to be written, in their order; null where the runtime finds room. */
      readonly fetches: readonly (Place | null)[];
    }
  /** A run some of whose inputs lie where the session computes already, and some of whose outputs stay there. */
  | {
      readonly kind: 'run bound';
      readonly session: number;
      readonly feeds: readonly (Place | StayingValue)[];
      /** Whether an output stays, in their order. */
      readonly stays: readonly boolean[];
    }
  | { readonly kind: 'dispose'; readonly session: number }
  | { readonly kind: 'give back'; readonly value: bigint };

/** An open session: what it takes and gives, in the order in which a run lists them. */
export type OpenSession = {
  readonly session: number;
  readonly inputs: readonly NamedPort[];
  readonly outputs: readonly NamedPort[];
};
export type NamedPort = { readonly name: string } & Port;

export type CopiedAnswer = {
  readonly kind: 'copied';
  readonly shape: readonly number[];
  readonly data: ArrayBuffer;
};

/** An output of a run whose outputs may stay. */
export type BoundAnswer =
  | CopiedAnswer
  | ({ readonly kind: 'stayed'; readonly shape: readonly number[] } & StayingValue);

/** An output that the runtime found room for: copied, or where it lies until `value` is given back. */
export type Answer =
  | CopiedAnswer
  | {
      readonly kind: 'lent';
      readonly shape: readonly number[];
      readonly address: bigint;
      readonly byteLength: number;
      readonly value: bigint;
    };

export type FromSessions =
  | { readonly kind: 'loaded' | 'disposed' }
  | { readonly kind: 'loaded kernels'; readonly set: string }
  | ({ readonly kind: 'opened' } & OpenSession)
  /** Answers in the order of the outputs; null where a place was given. */
  | { readonly kind: 'answered'; readonly answers: readonly (Answer | null)[] }
  | { readonly kind: 'answered bound'; readonly answers: readonly BoundAnswer[] }
  | { readonly kind: 'failed'; readonly reason: string };
