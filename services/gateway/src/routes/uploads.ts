import { Hono } from 'hono';
import type { Bodies } from '../bodies/bodies.ts';
import { clientGone, type GatewayEnv, isRepeated } from '../http/http.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';
import { completeUpload } from '../uploads/complete-upload.ts';
import { receivePart } from '../uploads/upload-parts.ts';
import {
  cancelUpload,
  createUpload,
  getUpload,
  type UploadPorts,
  type UploadSettings,
  uploadObject,
} from '../uploads/uploads.ts';

/** /v1/uploads */
export function uploadRoutes(
  ports: UploadPorts & { readonly bodies: Bodies },
  settings: UploadSettings & BodyLimits,
): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .post('/', async (c) => {
      const { project, requestId } = c.var;
      const bytes = await readBytes(c.env.incoming, settings);
      const asked = { kind: 'upload', bytes, project, requestId } as const;
      const body = await ports.bodies.read(asked, clientGone(c));
      const upload = await createUpload(ports, { project, requestId, body }, settings);
      return c.json(await uploadObject(ports, upload));
    })
    .post('/:upload_id/parts', async (c) => {
      const { incoming } = c.env;
      const upload = await getUpload(ports, c.var.project, c.req.param('upload_id'));
      return c.json(await receivePart(ports, upload, { incoming, settings }));
    })
    .post('/:upload_id/complete', async (c) => {
      const { project, requestId } = c.var;
      const upload = await getUpload(ports, project, c.req.param('upload_id'));
      const bytes = await readBytes(c.env.incoming, settings);
      const asked = { kind: 'upload-completion', bytes, project, requestId } as const;
      const body = await ports.bodies.read(asked, clientGone(c));
      const isRetry = isRepeated(c);
      const completed = await completeUpload(ports, upload, { body, isRetry });
      return c.json(await uploadObject(ports, completed));
    })
    .post('/:upload_id/cancel', async (c) => {
      const upload = await getUpload(ports, c.var.project, c.req.param('upload_id'));
      return c.json(await uploadObject(ports, await cancelUpload(ports, upload)));
    });
}
