import type { ComponentChildren } from 'preact';
import { addressOf, navigate } from './router.ts';

type Props = {
  /** A path of the dashboard, such as `/jobs`. */
  readonly to: string;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
};

/** A link within the dashboard: a real address that does not load the page anew. */
export function Link({ to, class: name, isCurrent, children }: Props) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a
      href={addressOf(to)}
      class={name}
      onClick={follow}
      {...(isCurrent === true ? { 'aria-current': 'page' as const } : {})}
    >
      {children}
    </a>
  );
}
