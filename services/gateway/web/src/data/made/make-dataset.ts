import type { DatasetRequest } from '@lathe/contracts/http/dataset';
import type { DatasetObject } from '@lathe/contracts/http/dataset-object';
import { ask } from '../../api/client.ts';
import { navigate } from '../../shell/router.ts';

/** Has a file made of others and goes to its page. Throws what the API refuses. */
export async function makeDataset(body: DatasetRequest): Promise<void> {
  const { id } = await ask<DatasetObject>('/v1/lathe/datasets', { method: 'POST', body });
  navigate(`/data/sets/${id}`);
}
