/**
 * The only door to onnxruntime-node: its telemetry is off before it loads. By default it keeps a device id and
 * a database of events in the user's cache, leaves a log in the temporary folder, and looks for its maker's host.
 */
import './no-telemetry.ts';

// biome-ignore lint/performance/noBarrelFile: a door to one package, so that nothing loads it by another way
export { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
