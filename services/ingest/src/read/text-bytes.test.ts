import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTextBytes } from './text-bytes.ts';

it('gives the bytes of all texts together, and begins again', () => {
  const bytes = createTextBytes();
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3000 })), (texts) => {
      for (const [at, text] of texts.entries())
        if (at % 2 === 0) bytes.add(text);
        else bytes.addBytes(Buffer.from(text));
      const whole = Buffer.from(texts.join(''));
      expect(bytes.length).toBe(whole.length);
      expect(whole.equals(bytes.take())).toBe(true);
      expect(bytes.length).toBe(0);
    }),
  );
});
