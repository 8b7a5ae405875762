/*
 * Where the words of texts end, as word-ends.ts of packages/tokenizer has it: of ASCII and other signs, or of what stands for them
 * (`write_shape` of known-characters.h).
 */
#ifndef LATHE_CUTTERS_H
#define LATHE_CUTTERS_H

#include <stdbool.h>
#include <stdint.h>

/* The pattern of GPT-2; that of Llama 3; that of Qwen, whose numbers have one digit; each digit by itself. */
enum cutter { cutter_gpt2, cutter_llama3, cutter_qwen, cutter_digits, cutter_count };

enum { most_cutters = 4 };

/* A text while it is cut, and where the part is up to which each cutter but the last has cut it. */
struct cut {
  const uint8_t *text;
  int32_t length, at;
  int32_t parts[most_cutters];
  const int32_t *cutters;
  int32_t count;
};

/* Whether there are cutters of these numbers, and no more than can follow each other. */
bool are_cutters(const int32_t *cutters, int32_t count);

/* Begins to cut a text. */
struct cut cut_begin(const uint8_t *text, int32_t length, const int32_t *cutters, int32_t count);

/* Writes where the next words end, at most so many, and returns how many: 0 where the text ends. */
int32_t cut_next(struct cut *self, int32_t *ends, int32_t most);

#endif
