import { z } from 'zod';

const count = z.int().positive();

/**
 * Sizes that config.json may ask for: far above every model there is, and far below what would fill memory while the
 * file is only being read.
 */
export const modelSizes = {
  vocab_size: count.max(2 ** 24),
  hidden_size: count.max(2 ** 20),
  intermediate_size: count.max(2 ** 22),
  num_hidden_layers: count.max(2 ** 12),
  num_attention_heads: count.max(2 ** 16),
  max_position_embeddings: count.max(2 ** 31 - 1),
} as const;
