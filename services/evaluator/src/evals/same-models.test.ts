import { expect, it } from 'vitest';
import type { Models, ServedModel } from '../models/models.ts';
import { sameModels } from './same-models.ts';

it('finds what an alias stood for at first, also where it is moved, and tries again what failed', async () => {
  let target: string | undefined;
  const asked: string[] = [];
  const find = async (_: string, name: string): Promise<ServedModel> => {
    asked.push(name);
    if (name === 'judge' && target === undefined) throw new Error('no such model');
    return { name: name === 'judge' ? target : name } as ServedModel;
  };
  const models = sameModels({ find } as Models);
  await expect(models.find('default', 'judge')).rejects.toThrow('no such model');
  target = 'ft:one';
  const both = [models.find('default', 'judge'), models.find('default', 'judge')];
  target = 'ft:two';
  const names = (await Promise.all(both)).map(({ name }) => name);
  expect([...names, (await models.find('default', 'judge')).name]).toEqual(Array(3).fill('ft:one'));
  expect(asked.filter((name) => name === 'judge')).toHaveLength(2);
});
