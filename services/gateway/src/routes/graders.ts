import { Hono } from 'hono';
import { requirePython } from '../evals/criteria.ts';
import { type GraderPorts, runGrader } from '../graders/run-grader.ts';
import type { GatewayEnv } from '../http/http.ts';
import { type BodyLimits, readBytes } from '../http/request-body.ts';
import { askerOf } from './asked.ts';

/** /v1/fine_tuning/alpha/graders */
export function graderRoutes(ports: GraderPorts, limits: BodyLimits): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .post('/run', async (c) => {
      const bytes = await readBytes(c.env.incoming, limits);
      return c.json(await runGrader(ports, askerOf(c), bytes));
    })
    .post('/validate', async (c) => {
      const bytes = await readBytes(c.env.incoming, limits);
      const { project, requestId, signal } = askerOf(c);
      const body = { kind: 'grader-check', bytes, project, requestId } as const;
      const checked = await ports.bodies.read(body, signal);
      requirePython(ports, { grader: checked.grader, param: 'grader' });
      return c.json(checked);
    });
}
