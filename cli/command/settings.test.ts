import { expect, it } from 'vitest';
import { withSettings } from './settings.ts';

it('puts each value at its path: JSON where it is such, else a text', () => {
  expect(
    withSettings({ seed: 7 }, [
      'lathe.adaptation.rank=8',
      'lathe.adaptation.type=lora',
      'lathe.task={"type":"generation"}',
      'metadata.note=a=b',
    ]),
  ).toEqual({
    seed: 7,
    lathe: { adaptation: { rank: 8, type: 'lora' }, task: { type: 'generation' } },
    metadata: { note: 'a=b' },
  });
});

it.each(['rank', '=8', 'a..b=1', 'a.=1'])('refuses %s', (setting) => {
  expect(() => withSettings({}, [setting])).toThrow(`not "${setting}"`);
});

it('refuses a path through a value', () => {
  expect(() => withSettings({ seed: 7 }, ['seed.x=1'])).toThrow('seed is set to a value already');
});
