/** Keepalive of both sides: a peer that is frozen is noticed after 15 seconds. */
const keepalive = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
} as const;

/** Nothing large travels over gRPC: weights go through the artifact store. */
const messageBytes = 1024 * 1024;

export const serverOptions = {
  ...keepalive,
  'grpc.max_receive_message_length': messageBytes,
} as const;

export const clientOptions = {
  ...keepalive,
  'grpc.max_receive_message_length': messageBytes,
  // A worker that came back is dialled at once, not after a growing pause.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
} as const;

/** Deadlines of unary calls, in milliseconds. */
export const deadlines = {
  ...{ describe: 5_000, estimate: 150_000, start: 20_000, control: 5_000 },
} as const;
