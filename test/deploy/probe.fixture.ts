import { connect } from 'node:http2';

/** The status of an HTTP probe; null when nothing answers. */
export async function httpProbe(port: number, path: string): Promise<number | null> {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  } catch {
    return null;
  }
}

/** An empty HealthCheckRequest: no compression, no bytes. */
const request = Buffer.alloc(5);

/**
 * What a gRPC probe asks: the serving status of grpc.health.v1.Health/Check, 1 when
 * serving; null when nothing answers. Written on HTTP/2 itself, because the test stands outside of
 * the service that owns the gRPC library.
 */
export async function grpcProbe(port: number): Promise<number | null> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    return await new Promise<number | null>((resolve) => {
      session.once('error', () => resolve(null));
      const stream = session.request({
        ':method': 'POST',
        ':path': '/grpc.health.v1.Health/Check',
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const pieces: Buffer[] = [];
      stream.once('error', () => resolve(null));
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      // Five bytes of framing, then field 1 (status) as a varint.
      stream.once('end', () => resolve(Buffer.concat(pieces)[6] ?? null));
      stream.end(request);
    });
  } finally {
    session.destroy();
  }
}
