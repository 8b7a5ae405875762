import type { Tensor } from '../../graph/tensor.ts';
import type { Program, Tensors } from '../device.ts';
import { lend } from '../lent-memory.ts';
import { fedTo, fitting, type Port } from '../port.ts';
import { type CpuSessionSettings, failure } from '../session-settings.ts';
import { memoryAt } from './library.ts';
import type { Answer, OpenSession, Place } from './messages.ts';
import { openSession, portsByName } from './open-session.ts';
import { arrayOver, placeOf } from './place.ts';
import type { SessionThread } from './session-thread.ts';

/** Opens a session on the CPU by the C API. Its runs leave this thread free. */
export async function openNativeSession(
  model: Uint8Array,
  settings: CpuSessionSettings,
): Promise<Program> {
  const { thread, opened } = await openSession(model, { settings, provider: 'cpu' });
  return new NativeProgram(thread, opened, settings.lends);
}

class NativeProgram implements Program {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly lends: boolean;
  readonly #thread: SessionThread;
  #session: number | undefined;
  readonly #inputPorts: ReadonlyMap<string, Port>;
  readonly #outputPorts: ReadonlyMap<string, Port>;

  constructor(thread: SessionThread, { session, inputs, outputs }: OpenSession, lends: boolean) {
    this.#thread = thread;
    this.#session = session;
    this.lends = lends;
    this.inputs = inputs.map(({ name }) => name);
    this.outputs = outputs.map(({ name }) => name);
    this.#inputPorts = portsByName(inputs);
    this.#outputPorts = portsByName(outputs);
  }

  async run(feeds: Tensors, fetches: Tensors = {}): Promise<Record<string, Tensor>> {
    const session = this.#session;
    if (session === undefined) throw new Error('The program was disposed of.');
    const fed = fedTo(this.#inputPorts, feeds, (name, port) =>
      placeOf(fitting('Input', name, feeds[name], port)),
    );
    const places = new Map<string, Place>();
    for (const [name, tensor] of Object.entries(fetches)) {
      const port = this.#outputPorts.get(name);
      if (port === undefined) throw new Error(`The program has no output "${name}".`);
      places.set(name, placeOf(fitting('Output', name, tensor, port)));
    }
    const wanted = this.outputs.map((name) => places.get(name) ?? null);
    const { answers } = await this.#thread
      .ask(
        'answered',
        { kind: 'run', session, feeds: Object.values(fed), fetches: wanted },
        { feeds, fetches },
      )
      .catch((cause) => {
        throw failure(cause);
      });
    return Object.fromEntries(
      this.outputs.map((name, at) => [
        name,
        fetches[name] ?? this.#received(name, answers[at] as Answer),
      ]),
    );
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await this.#thread.ask('disposed', { kind: 'dispose', session });
  }

  #received(name: string, answer: Answer): Tensor {
    const { dtype } = this.#outputPorts.get(name) as Port;
    const { shape } = answer;
    if (answer.kind === 'copied') return { data: arrayOver(dtype, answer.data), shape, dtype };
    const { address, byteLength, value } = answer;
    const memory = memoryAt(address, byteLength);
    const place = { address, byteLength };
    lend(memory, { place, giveBack: () => this.#thread.giveBack(value) });
    return { data: arrayOver(dtype, memory), shape, dtype };
  }
}
