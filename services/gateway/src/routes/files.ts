import { deleteFileQuerySchema } from '@lathe/contracts/http/erasure';
import { listFilesQuerySchema } from '@lathe/contracts/http/file';
import { Hono } from 'hono';
import type { ErasurePorts } from '../deletion/erasure.ts';
import { deleteFile } from '../deletion/file-deletion.ts';
import { retrievedFile } from '../deletion/holders.ts';
import { type FilePorts, fileContent, fileObject, listFiles } from '../files/files.ts';
import type { FormLimits } from '../files/multipart.ts';
import { receiveUpload } from '../files/uploads.ts';
import { type GatewayEnv, streamBody } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import type { Listed } from '../record-lists.ts';

/** /v1/files */
export function fileRoutes(
  ports: FilePorts & ErasurePorts & Listed<'files'>,
  limits: FormLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .post('/', async (c) => {
      const { incoming } = c.env;
      const record = await receiveUpload(ports, c.var.project, { incoming, limits });
      return c.json(fileObject(record));
    })
    .get('/', async (c) => {
      const query = parseRequest(listFilesQuerySchema, c.req.query());
      return c.json(await listFiles(ports, c.var.project, query));
    })
    .get('/:id', async (c) => c.json(await retrievedFile(ports, c.var.project, c.req.param('id'))))
    .delete('/:id', async (c) => {
      const { cascade } = parseRequest(deleteFileQuerySchema, c.req.query());
      const id = c.req.param('id');
      return c.json(await deleteFile(ports, c.var.project, { id, cascade }));
    })
    .get('/:id/content', async (c) => {
      const { record, bytes } = await fileContent(ports, c.var.project, c.req.param('id'));
      return c.body(streamBody(bytes), 200, {
        'content-type': 'application/octet-stream',
        'content-length': String(record.bytes),
        'content-disposition': `attachment; filename*=UTF-8''${headerText(record.filename)}`,
      });
    });
}

/** A name as RFC 8187 wants it in a header: percent-encoded UTF-8. */
function headerText(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*!]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
