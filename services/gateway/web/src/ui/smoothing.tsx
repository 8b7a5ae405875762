/** Chooses how much curves are smoothed, from 0 to 98 of a hundred. */
export function Smoothing({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label class="row soft">
      Smoothing
      <input
        type="range"
        min={0}
        max={98}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
