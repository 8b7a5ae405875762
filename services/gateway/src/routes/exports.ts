import { listExportsQuerySchema } from '@lathe/contracts/http/export';
import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { clientGone, type GatewayEnv, streamBody } from '../http/http.ts';
import { parseRequest } from '../http/parse.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';
import { eraseExport } from '../models/erase-export.ts';
import {
  createExport,
  type ExportPorts,
  exportFile,
  exportFiles,
  exportObject,
  getExport,
  listExports,
} from '../models/exports.ts';
import { getModel } from '../models/models.ts';
import { tarBytes, tarOf } from '../models/tar.ts';
import type { Listed } from '../record-lists.ts';

type CreatePorts = ExportPorts & { readonly bodies: Bodies };

/** /v1/lathe/models/{model}/exports; names may hold slashes. */
export function modelExportRoutes(
  ports: CreatePorts,
  settings: BodyLimits & { readonly exportsKept: number },
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/:name{.+}/exports', async (c) => {
    const { project, requestId } = c.var;
    const name = c.req.param('name');
    await getModel(ports, project, name);
    const bytes = await readBytes(c.env.incoming, settings);
    const asked = { kind: 'export', bytes, project, requestId } as const;
    const body = await ports.bodies.read(asked, clientGone(c));
    const request = { project, requestId, name, body };
    return c.json(exportObject(await createExport(ports, request, settings)));
  });
}

/** /v1/lathe/exports: tuned models in forms to download. */
export function exportRoutes(ports: ExportPorts & Listed<'exports'>): Hono<GatewayEnv> {
  const binary = (type: string, bytes: number) => ({
    'content-type': type,
    'content-length': String(bytes),
  });
  return new Hono<GatewayEnv>()
    .get('/', async (c) => {
      const query = parseRequest(listExportsQuerySchema.strict(), c.req.query());
      return c.json(await listExports(ports, c.var.project, query));
    })
    .get('/:export_id', async (c) =>
      c.json(exportObject(await getExport(ports, c.var.project, c.req.param('export_id')))),
    )
    .get('/:export_id/content', async (c) => {
      const record = await getExport(ports, c.var.project, c.req.param('export_id'));
      const files = [...exportFiles(record)].map(([name, { bytes, key }]) => ({
        ...{ name, bytes, content: () => ports.artifacts.get(key) },
      }));
      const archive = tarOf(files, record.createdAt);
      return c.body(streamBody(archive), 200, {
        ...binary('application/x-tar', tarBytes(files)),
        'content-disposition': `attachment; filename="${record.id}.tar"`,
      });
    })
    .get('/:export_id/files/:file{.+}', async (c) => {
      const record = await getExport(ports, c.var.project, c.req.param('export_id'));
      const { key, bytes } = exportFile(record, c.req.param('file'));
      return c.body(
        streamBody(ports.artifacts.get(key)),
        200,
        binary('application/octet-stream', bytes),
      );
    })
    .delete('/:export_id', async (c) => {
      const record = await getExport(ports, c.var.project, c.req.param('export_id'));
      await eraseExport(ports, record);
      return c.json({ id: record.id, object: 'lathe.export', deleted: true });
    });
}
