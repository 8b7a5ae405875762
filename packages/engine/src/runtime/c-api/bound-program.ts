import type { DType, Tensor } from '../../graph/tensor.ts';
import type { ResidentAnswers, ResidentProgram, ResidentTensor } from '../device.ts';
import { fedTo, fitting, type Port, requireFit } from '../port.ts';
import { type CpuSessionSettings, failure, type Provider } from '../session-settings.ts';
import type { OpenSession } from './messages.ts';
import { openSession, portsByName } from './open-session.ts';
import { arrayOver, placeOf } from './place.ts';
import type { SessionThread } from './session-thread.ts';

/** A value in the memory of a provider. */
class BoundTensor implements ResidentTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #thread: SessionThread;
  #value: bigint | undefined;

  constructor(
    thread: SessionThread,
    { value, ...kind }: Pick<Tensor, 'shape' | 'dtype'> & { readonly value: bigint },
  ) {
    this.#thread = thread;
    this.#value = value;
    this.shape = kind.shape;
    this.dtype = kind.dtype;
  }

  get value(): bigint {
    if (this.#value === undefined) throw new Error('The tensor was disposed of.');
    return this.#value;
  }

  dispose(): void {
    // Runs that were asked for before read it to their end: the thread does one thing after the other.
    if (this.#value !== undefined) this.#thread.giveBack(this.#value);
    this.#value = undefined;
  }
}

/** How a session whose values may stay is opened. */
type BoundOptions = {
  readonly settings: CpuSessionSettings;
  readonly provider: Provider;
  /** The outputs that stay. */
  readonly stay: readonly string[];
};

/** A session of the C API whose inputs may lie, and whose outputs may stay, where it computes. Runs leave this thread free. */
export class BoundProgram implements ResidentProgram {
  readonly inputs: readonly string[];
  readonly outputPorts: ReadonlyMap<string, Port>;
  readonly #thread: SessionThread;
  readonly #inputPorts: ReadonlyMap<string, Port>;
  readonly #stays: readonly boolean[];
  #session: number | undefined;

  private constructor(
    thread: SessionThread,
    { session, inputs, outputs }: OpenSession,
    stay: readonly string[],
  ) {
    this.#thread = thread;
    this.#session = session;
    this.inputs = inputs.map(({ name }) => name);
    this.#inputPorts = portsByName(inputs);
    this.outputPorts = portsByName(outputs);
    this.#stays = outputs.map(({ name }) => stay.includes(name));
  }

  /** Throws with ONNX Runtime's reason when it refuses the model. */
  static async open(model: Uint8Array, { stay, ...how }: BoundOptions): Promise<BoundProgram> {
    const { thread, opened } = await openSession(model, how);
    return new BoundProgram(thread, opened, stay);
  }

  async run(feeds: Readonly<Record<string, Tensor | ResidentTensor>>): Promise<ResidentAnswers> {
    const session = this.#session;
    if (session === undefined) throw new Error('The program was disposed of.');
    const fed = fedTo(this.#inputPorts, feeds, (name, port) => {
      const feed = feeds[name];
      requireFit('Input', name, feed, port);
      if (feed instanceof BoundTensor) return { value: feed.value };
      return placeOf(fitting('Input', name, feed as Tensor, port));
    });
    const { answers } = await this.#thread
      .ask(
        'answered bound',
        { kind: 'run bound', session, feeds: Object.values(fed), stays: this.#stays },
        feeds,
      )
      .catch((cause) => {
        throw failure(cause);
      });
    const host: Record<string, Tensor> = {};
    const resident: Record<string, ResidentTensor> = {};
    for (const [at, [name, { dtype }]] of [...this.outputPorts].entries()) {
      const answer = answers[at];
      if (answer?.kind === 'stayed')
        resident[name] = new BoundTensor(this.#thread, { ...answer, dtype });
      else if (answer !== undefined)
        host[name] = { data: arrayOver(dtype, answer.data), shape: answer.shape, dtype };
    }
    return { host, resident };
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await this.#thread.ask('disposed', { kind: 'dispose', session });
  }
}
