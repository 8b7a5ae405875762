import { allocate, type DType, holds, type Tensor } from '../graph/tensor.ts';
import { InferenceSession, Tensor as OrtTensor } from './onnxruntime.ts';
import { fitting, type Port } from './port.ts';
import { failure, refusal } from './session-settings.ts';

/** Options that hold on every device. */
export const commonOptions = {
  // The pattern doubles peak memory and brings no speed.
  enableMemPattern: false,
  // Higher levels renumber nodes, and so undo the order that keeps little alive.
  graphOptimizationLevel: 'basic',
  logSeverityLevel: 3,
} as const satisfies InferenceSession.SessionOptions;

/** Opens a session. Throws with ONNX Runtime's reason when it refuses the graph. */
export async function openSession(
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, options);
  } catch (cause) {
    throw refusal(cause);
  }
}

/** Runs a session. Throws with ONNX Runtime's reason when it fails. */
export async function runSession(
  session: InferenceSession,
  feeds: Record<string, OrtTensor>,
  fetches: Record<string, OrtTensor | null>,
): Promise<InferenceSession.OnnxValueMapType> {
  try {
    return await session.run(feeds, fetches);
  } catch (cause) {
    throw failure(cause);
  }
}

/** The inputs or outputs of a session by name. */
export function ports(metadata: readonly InferenceSession.ValueMetadata[]): Map<string, Port> {
  return new Map(
    metadata.map((entry) => {
      if (!entry.isTensor) throw new Error(`"${entry.name}" is not a tensor.`);
      return [entry.name, { dtype: entry.type as DType, shape: entry.shape }];
    }),
  );
}

/** The tensor as ONNX Runtime takes it, not copied. Throws unless it fits the port. */
export function wrap(
  side: string,
  name: string,
  tensor: Tensor | undefined,
  port: Port,
): OrtTensor {
  const { data, shape, dtype } = fitting(side, name, tensor, port);
  return new OrtTensor(dtype as 'float32', data as Float32Array, shape);
}

/** A tensor of the host as this engine has it, not copied. */
export function unwrap(value: OrtTensor): Tensor {
  const dtype = value.type as DType;
  const data = value.data as Tensor['data'];
  return { data: holds(dtype, data) ? data : allocate(dtype, 0), shape: value.dims, dtype };
}
