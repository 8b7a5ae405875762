import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate authority in a folder, made with openssl, and what it signs. */
export type Authority = {
  readonly ca: string;
  /** Signs a certificate for names such as `DNS:localhost` or `IP:127.0.0.1`. */
  sign(name: string, names: readonly string[]): Promise<{ cert: string; key: string }>;
};

/** Makes an authority whose files begin with `name`. */
export async function createAuthority(folder: string, name: string): Promise<Authority> {
  const path = (file: string): string => join(folder, file);
  const ca = path(`${name}-ca.pem`);
  const caKey = path(`${name}-ca.key`);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    ...['req', '-x509', ...newKey, '-keyout', caKey, '-out', ca],
    ...['-subj', `/CN=${name}`, '-days', '2'],
  ]);
  return {
    ca,
    async sign(holder, names) {
      const [key, cert, request, extensions] = [
        path(`${name}-${holder}.key`),
        path(`${name}-${holder}.pem`),
        path(`${name}-${holder}.csr`),
        path(`${name}-${holder}.ext`),
      ];
      await writeFile(extensions, `subjectAltName=${names.join(',')}\n`);
      await run('openssl', [
        ...['req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${holder}`],
      ]);
      await run('openssl', [
        ...['x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial'],
        ...['-out', cert, '-days', '2', '-extfile', extensions],
      ]);
      return { cert, key };
    },
  };
}
