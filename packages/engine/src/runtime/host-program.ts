import type { Tensor } from '../graph/tensor.ts';
import type { Program, ResidentProgram, Tensors } from './device.ts';
import { type Port, requireFit } from './port.ts';

/** A program that tells of its outputs, none of which stays on the device. */
type WholeProgram = ResidentProgram & { readonly outputPorts: ReadonlyMap<string, Port> };

/** A program all of whose outputs come to the host. */
export class HostProgram implements Program {
  readonly #program: WholeProgram;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];

  constructor(program: WholeProgram) {
    this.#program = program;
    this.inputs = program.inputs;
    this.outputs = [...program.outputPorts.keys()];
  }

  async run(feeds: Tensors, fetches: Tensors = {}): Promise<Record<string, Tensor>> {
    for (const [name, tensor] of Object.entries(fetches)) {
      const port = this.#program.outputPorts.get(name);
      if (port === undefined) throw new Error(`The program has no output "${name}".`);
      requireFit('Output', name, tensor, port);
    }
    const { host } = await this.#program.run(feeds);
    return Object.fromEntries(
      Object.entries(host).map(([name, answer]) => {
        const given = fetches[name];
        if (given === undefined) return [name, answer];
        (given.data as Float32Array).set(answer.data as Float32Array);
        return [name, given];
      }),
    );
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}
