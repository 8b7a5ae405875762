import { h, render } from 'preact';
import { onTestFinished } from 'vitest';

/** For tests: a hook at work in a component that shows nothing, which needs no document. */
export function mounted<Given, Told>(hook: (given: Given) => Told, given: Given) {
  const told: Told[] = [];
  function Probe({ now }: { now: Given }) {
    told.push(hook(now));
    return null;
  }
  const root = { nodeType: 1, childNodes: [], firstChild: null } as unknown as Element;
  const show = (now: Given): void => render(h(Probe, { now }), root);
  show(given);
  onTestFinished(() => render(null, root));
  return {
    /** What the hook gave last. */
    last: (): Told => told.at(-1) as Told,
    /** Renders it again. */
    show,
  };
}
