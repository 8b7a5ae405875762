/** How far something is, from 0 to 1; undefined: under way, nobody knows how far. */
export function Progress({
  share,
  label,
}: {
  readonly share?: number | undefined;
  readonly label: string;
}) {
  return (
    <progress aria-label={label} max={1} {...(share === undefined ? {} : { value: share })}>
      {label}
    </progress>
  );
}
