import type { Tensor } from '../graph/tensor.ts';
import type { Program, Tensors } from './device.ts';
import type { InferenceSession, Tensor as OrtTensor } from './onnxruntime.ts';
import { fedTo, type Port } from './port.ts';
import { ports, runSession, unwrap, wrap } from './session.ts';

/** A session whose feeds and answers all lie on the host. */
export class SessionProgram implements Program {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  #session: InferenceSession | undefined;
  #inputPorts: ReadonlyMap<string, Port>;
  #outputPorts: ReadonlyMap<string, Port>;

  constructor(session: InferenceSession) {
    this.#session = session;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
    this.#inputPorts = ports(session.inputMetadata);
    this.#outputPorts = ports(session.outputMetadata);
  }

  async run(feeds: Tensors, fetches: Tensors = {}): Promise<Record<string, Tensor>> {
    if (this.#session === undefined) throw new Error('The program was disposed of.');
    const fed = fedTo(this.#inputPorts, feeds, (name, port) =>
      wrap('Input', name, feeds[name], port),
    );
    const wanted: Record<string, OrtTensor | null> = {};
    for (const name of this.outputs) wanted[name] = null;
    for (const [name, tensor] of Object.entries(fetches)) {
      const port = this.#outputPorts.get(name);
      if (port === undefined) throw new Error(`The program has no output "${name}".`);
      wanted[name] = wrap('Output', name, tensor, port);
    }
    const answers = await runSession(this.#session, fed, wanted);
    return Object.fromEntries(
      this.outputs.map((name) => [name, fetches[name] ?? unwrap(answers[name] as OrtTensor)]),
    );
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}
