import { describe, expect, it } from 'vitest';
import { chatRequestSchema } from './chat.ts';
import { listFilesQuerySchema } from './file.ts';
import { createJobSchema, listEventsQuerySchema, listJobsQuerySchema } from './fine-tuning.ts';
import { page } from './list.ts';

/** Path and message of what is wrong with a body; empty when nothing is. */
function problems(schema: { safeParse(value: unknown): unknown }, body: unknown): string[] {
  const parsed = schema.safeParse(body) as {
    error?: { issues: { path: PropertyKey[]; message: string; keys?: string[] }[] };
  };
  return (parsed.error?.issues ?? []).map((issue) =>
    [...issue.path, ...(issue.keys ?? [])].join('.'),
  );
}

describe('a job request', () => {
  const least = { model: 'lathe-tiny', training_file: 'file-a' };

  it('takes what the official client sends', () => {
    const full = {
      ...least,
      validation_file: null,
      suffix: 'routing',
      seed: 7,
      metadata: { team: 'support' },
      method: {
        type: 'supervised',
        supervised: {
          hyperparameters: { n_epochs: 'auto', batch_size: 8, learning_rate_multiplier: 2 },
        },
      },
      lathe: { adaptation: { type: 'lora', rank: 8 }, checkpoint_every: 10 },
    };
    expect(createJobSchema.parse(least)).toEqual(least);
    expect(createJobSchema.parse(full)).toEqual(full);
  });

  it.each([
    [{ training_file: 'file-a' }, 'model'],
    [{ model: 'm' }, 'training_file'],
    [{ ...least, epochs: 3 }, 'epochs'],
    [{ ...least, hyperparameters: { n_epochs: 0 } }, 'hyperparameters.n_epochs'],
    [{ ...least, hyperparameters: { n_epochs: 1.5 } }, 'hyperparameters.n_epochs'],
    [{ ...least, method: { type: 'other' } }, 'method.type'],
    [{ ...least, method: { type: 'reinforcement' } }, 'method.reinforcement'],
    [{ ...least, suffix: 'x'.repeat(65) }, 'suffix'],
    [{ ...least, seed: -1 }, 'seed'],
    [{ ...least, metadata: { k: 'x'.repeat(513) } }, 'metadata.k'],
    [
      {
        ...least,
        metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])),
      },
      'metadata',
    ],
    [{ ...least, integrations: [{ type: 'wandb' }] }, 'integrations'],
    [{ ...least, lathe: { adaptation: { type: 'lora', rank: 0 } } }, 'lathe.adaptation.rank'],
    [{ ...least, lathe: { adaptation: { type: 'full', rank: 4 } } }, 'lathe.adaptation.rank'],
    [{ ...least, lathe: { held_out_share: 0.6 } }, 'lathe.held_out_share'],
    [{ ...least, lathe: { data: { format: 'excel' } } }, 'lathe.data.format'],
    [{ ...least, lathe: { data: { columns: { colour: 'a' } } } }, 'lathe.data.columns.colour'],
    [
      { ...least, lathe: { data: { format: 'text', columns: { label: 'a' } } } },
      'lathe.data.columns.label',
    ],
  ])('names the field at fault in %j', (body, path) => {
    expect(problems(createJobSchema, body)).toEqual([path]);
  });
});

describe('a chat request', () => {
  const least = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

  it('takes text as a string or as parts', () => {
    const parts = {
      ...least,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    };
    expect(problems(chatRequestSchema, least)).toEqual([]);
    expect(problems(chatRequestSchema, parts)).toEqual([]);
  });

  it('takes whatever asks for nothing', () => {
    const idle = {
      ...least,
      messages: [
        ...least.messages,
        {
          role: 'assistant',
          content: 'Hello',
          name: null,
          refusal: null,
          annotations: [],
          audio: null,
          tool_calls: [],
          function_call: null,
        },
        { role: 'user', content: 'Bye' },
      ],
      tools: [],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      functions: null,
      function_call: 'none',
      modalities: ['text'],
      audio: null,
      prediction: null,
      reasoning_effort: null,
      moderation: null,
      prompt_cache_retention: null,
      web_search_options: null,
      service_tier: 'auto',
      stream_options: null,
      metadata: null,
      store: false,
      user: null,
    };
    expect(problems(chatRequestSchema, idle)).toEqual([]);
    const nulls = { tools: null, tool_choice: null, parallel_tool_calls: null };
    expect(problems(chatRequestSchema, { ...least, ...nulls })).toEqual([]);
  });

  it.each([
    ['refusal', 'no'],
    ['annotations', [{ type: 'url_citation' }]],
    ['audio', { id: 'audio_1' }],
  ])('names %s of a message that holds something', (key, value) => {
    const messages = [{ role: 'assistant', content: 'a', [key]: value }];
    expect(problems(chatRequestSchema, { ...least, messages })).toEqual([`messages.0.${key}`]);
  });

  it.each([
    [{ ...least, messages: [] }, 'messages'],
    [{ ...least, temperature: 2.1 }, 'temperature'],
    [{ ...least, top_p: 0 }, 'top_p'],
    [{ ...least, n: 9 }, 'n'],
    [{ ...least, stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    [{ ...least, logit_bias: { '5': 101 } }, 'logit_bias.5'],
    [{ ...least, response_format: { type: 'grammar' } }, 'response_format.type'],
    [{ ...least, tools: [{ type: 'function' }] }, 'tools.0.function'],
    [{ ...least, tool_choice: 'always' }, 'tool_choice'],
    [{ ...least, functions: [{ name: 'f' }] }, 'functions'],
    [{ ...least, function_call: { name: 'f' } }, 'function_call'],
    [{ ...least, reasoning_effort: 'low' }, 'reasoning_effort'],
    // Empty, it asks for a search with the settings that OpenAI takes.
    [{ ...least, web_search_options: {} }, 'web_search_options'],
    [{ ...least, moderation: { model: 'omni-moderation-latest' } }, 'moderation'],
    [{ ...least, prompt_cache_retention: '24h' }, 'prompt_cache_retention'],
    [{ ...least, modalities: ['text', 'audio'] }, 'modalities.1'],
    [{ ...least, top_k: null }, 'top_k'],
    [{ ...least, messages: [{ role: 'robot', content: '' }] }, 'messages.0.role'],
  ])('names the field at fault in %j', (body, path) => {
    expect(problems(chatRequestSchema, body)).toEqual([path]);
  });
});

describe('lists', () => {
  it('read their limits from text', () => {
    expect(listJobsQuerySchema.parse({})).toEqual({ limit: 20 });
    expect(listEventsQuerySchema.parse({ limit: '1000' })).toEqual({ limit: 1000 });
    expect(listFilesQuerySchema.parse({ order: 'asc' })).toEqual({ limit: 10_000, order: 'asc' });
    for (const limit of ['0', '101', 'many', '', '1.5'])
      expect(problems(listJobsQuerySchema, { limit }), limit).toEqual(['limit']);
  });

  it('carry the cursors of their page', () => {
    expect(page([{ id: 'a' }, { id: 'b' }], true)).toEqual({
      object: 'list',
      data: [{ id: 'a' }, { id: 'b' }],
      has_more: true,
      first_id: 'a',
      last_id: 'b',
    });
    expect(page([], false)).toMatchObject({ first_id: null, last_id: null });
  });
});
