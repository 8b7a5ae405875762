import type { ChatSettings } from './chat-settings.ts';

/** What all models are asked with. */
export function SettingsForm({ settings }: { readonly settings: ChatSettings }) {
  return (
    <details class="settings">
      <summary>
        Settings{' '}
        <span class="soft">
          temperature {settings.temperature[0]}, seed {settings.seed[0] || 'none'}
          {settings.system[0] !== '' && ', a system prompt'}
          {settings.tools[0] !== '' && ', tools'}
          {settings.schema[0] !== '' && ', a JSON schema'}
        </span>
      </summary>
      <Text label="System prompt" field={settings.system} placeholder="None" />
      <div class="form-grid">
        <NumberField label="Temperature" field={settings.temperature} min={0} max={2} step={0.1} />
        <NumberField label="Top p" field={settings.top_p} min={0.01} max={1} step={0.01} />
        <NumberField label="Most tokens" field={settings.max} min={1} step={1} />
        <NumberField label="Seed" field={settings.seed} step={1} />
      </div>
      <div class="form-grid wide-fields">
        <Text
          label="Tools, a JSON list as the API takes it"
          field={settings.tools}
          placeholder='[{"type": "function", "function": {"name": "find_parcel", "parameters": {"type": "object", "properties": {"number": {"type": "string"}}}}}]'
          isCode
        />
        <Text
          label="JSON schema that answers keep to"
          field={settings.schema}
          placeholder='{"type": "object", "properties": {"queue": {"enum": ["billing", "shipping"]}}}'
          isCode
        />
      </div>
    </details>
  );
}

type Field = readonly [string, (value: string) => void];

function Text({
  label,
  field: [value, set],
  placeholder,
  isCode = false,
}: {
  readonly label: string;
  readonly field: Field;
  readonly placeholder: string;
  readonly isCode?: boolean;
}) {
  return (
    <label class="field">
      {label}
      <textarea
        rows={isCode ? 4 : 2}
        class={isCode ? 'mono' : undefined}
        spellcheck={!isCode}
        placeholder={placeholder}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}

type NumberProps = {
  readonly label: string;
  readonly field: Field;
  readonly step: number;
  readonly min?: number;
  readonly max?: number;
};

function NumberField({ label, field: [value, set], ...bounds }: NumberProps) {
  return (
    <label class="field">
      {label}
      <input
        type="number"
        value={value}
        {...bounds}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}
