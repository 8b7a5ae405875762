/** How a family writes a conversation, in the language of Ollama's templates. */
export type OllamaTemplate = {
  readonly family: string;
  readonly template: string;
  /** What ends the model's turn. */
  readonly stop: readonly string[];
};

const turns = (turn: string, opening: string): string =>
  `{{- range .Messages }}${turn}{{ end }}${opening}`;

/** Known by what their chat templates contain, the more telling first. */
const families: readonly (OllamaTemplate & { readonly marks: readonly string[] })[] = [
  {
    family: 'ChatML',
    marks: ['<|im_start|>', '<|im_end|>'],
    template: turns(
      '<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n',
      '<|im_start|>assistant\n',
    ),
    stop: ['<|im_end|>'],
  },
  {
    family: 'Llama 3',
    marks: ['<|start_header_id|>', '<|eot_id|>'],
    template: turns(
      '<|start_header_id|>{{ .Role }}<|end_header_id|>\n\n{{ .Content }}<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ),
    stop: ['<|eot_id|>'],
  },
  {
    family: 'Gemma',
    marks: ['<start_of_turn>', '<end_of_turn>'],
    template: turns(
      '<start_of_turn>{{ if eq .Role "assistant" }}model{{ else }}user{{ end }}\n{{ .Content }}<end_of_turn>\n',
      '<start_of_turn>model\n',
    ),
    stop: ['<end_of_turn>'],
  },
  {
    family: 'Phi 3',
    marks: ['<|end|>', '<|assistant|>'],
    template: turns('<|{{ .Role }}|>\n{{ .Content }}<|end|>\n', '<|assistant|>\n'),
    stop: ['<|end|>'],
  },
  {
    family: 'Llama 2',
    marks: ['[INST]', '<<SYS>>'],
    template:
      '[INST] {{ if .System }}<<SYS>>\n{{ .System }}\n<</SYS>>\n\n{{ end }}{{ .Prompt }} [/INST] {{ .Response }}</s>',
    stop: ['</s>'],
  },
  {
    family: 'Mistral',
    marks: ['[INST]', '[/INST]'],
    template:
      '[INST] {{ if .System }}{{ .System }}\n\n{{ end }}{{ .Prompt }} [/INST] {{ .Response }}</s>',
    stop: ['</s>'],
  },
];

/** The family of a Jinja chat template; undefined for one that is of none of them. */
export function ollamaTemplate(chatTemplate: string | undefined): OllamaTemplate | undefined {
  if (chatTemplate === undefined) return undefined;
  return families.find(({ marks }) => marks.every((mark) => chatTemplate.includes(mark)));
}
