#include "cutters.h"

#include <string.h>

#include "byte-classes.h"

static inline int32_t run_end(const uint8_t *text, int32_t at, int32_t to, uint8_t class) {
  while (at < to && byte_classes[text[at]] == class) at++;
  return at;
}

/* Where blanks end that are a word: before the last of several, which belongs to what follows. */
static inline int32_t blanks_end(const uint8_t *text, int32_t from, int32_t to) {
  const int32_t end = run_end(text, from, to, blank);
  return end == to || end == from + 1 ? end : end - 1;
}

/* How many bytes a contraction such as 's takes whose apostrophe stands at `at`; 0: it is none. */
static inline int32_t contraction(const uint8_t *text, int32_t at, int32_t to, bool any_case) {
  /* This bit is all that parts letters from capitals. */
  const uint8_t bit = any_case ? 0x20 : 0;
  if (at + 1 >= to) return 0;
  const uint8_t first = text[at + 1] | bit;
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (at + 2 >= to) return 0;
  const uint8_t second = text[at + 2] | bit;
  if (first == 'r' || first == 'v') return second == 'e' ? 3 : 0;
  return first == 'l' && second == 'l' ? 3 : 0;
}

static inline int32_t gpt2_end(const uint8_t *text, int32_t from, int32_t to) {
  const int32_t short_end = text[from] == '\'' ? contraction(text, from, to, false) : 0;
  if (short_end > 0) return from + short_end;
  const int32_t start = text[from] == ' ' && from + 1 < to ? from + 1 : from;
  const uint8_t class = byte_classes[text[start]];
  return class == blank ? blanks_end(text, from, to) : run_end(text, start, to, class);
}

/* Bytes of a character by its first one. */
static inline int32_t character_length(uint8_t first) {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static inline bool is_line_break(uint8_t byte) {
  return byte == '\n' || byte == '\r';
}

/* Where numbers end that begin at `from`, of at most so many digits. */
static inline int32_t digits_end(const uint8_t *text, int32_t from, int32_t to, int32_t most_digits) {
  int32_t at = from;
  for (int32_t digits = 0; at < to && byte_classes[text[at]] == digit; at++)
    if (text[at] != digit_goes_on && digits++ == most_digits) break;
  return at;
}

static inline int32_t llama3_end(
    const uint8_t *text, int32_t from, int32_t to, int32_t most_digits) {
  const uint8_t byte = text[from];
  const int32_t short_end = byte == '\'' ? contraction(text, from, to, true) : 0;
  if (short_end > 0) return from + short_end;
  const uint8_t class = byte_classes[byte];
  if (class == letter) return run_end(text, from, to, letter);
  if (class == digit) return digits_end(text, from, to, most_digits);
  const int32_t next = from + character_length(byte);
  /* Only a byte that is there counts; a blank stands for none. */
  const uint8_t next_class = next < to ? byte_classes[text[next]] : blank;
  if (next_class == letter && !is_line_break(byte)) return run_end(text, next, to, letter);
  if (class == other || (byte == ' ' && next_class == other)) {
    int32_t end = run_end(text, next < to ? next : to, to, other);
    while (end < to && is_line_break(text[end])) end++;
    return end;
  }
  for (int32_t at = run_end(text, from, to, blank); at > from; at--)
    if (is_line_break(text[at - 1])) return at;
  return blanks_end(text, from, to);
}

/* Each number by itself, and what stands between them. */
static inline int32_t single_end(const uint8_t *text, int32_t from, int32_t to) {
  if (byte_classes[text[from]] == digit) return digits_end(text, from, to, 1);
  int32_t at = from + 1;
  while (at < to && byte_classes[text[at]] != digit) at++;
  return at;
}

static inline int32_t end_of(int32_t cutter, const uint8_t *text, int32_t from, int32_t to) {
  switch (cutter) {
    case cutter_gpt2: return gpt2_end(text, from, to);
    case cutter_llama3: return llama3_end(text, from, to, 3);
    case cutter_qwen: return llama3_end(text, from, to, 1);
    default: return single_end(text, from, to);
  }
}

bool are_cutters(const int32_t *cutters, int32_t count) {
  if (count < 1 || count > most_cutters) return false;
  for (int32_t at = 0; at < count; at++)
    if (cutters[at] < 0 || cutters[at] >= cutter_count) return false;
  return true;
}

struct cut cut_begin(const uint8_t *text, int32_t length, const int32_t *cutters, int32_t count) {
  return (struct cut){.text = text, .length = length, .cutters = cutters, .count = count};
}

/* What all cutters but the last make of the text that is left; it is known already within a part. */
static int32_t part_end(struct cut *self) {
  int32_t end = self->length;
  for (int32_t outer = 0; outer + 1 < self->count; outer++) {
    if (self->at >= self->parts[outer])
      self->parts[outer] = end_of(self->cutters[outer], self->text, self->at, end);
    end = self->parts[outer];
  }
  return end;
}

/* Bytes that are cut at once; of fewer than the least each word is cut by itself. */
enum { window = 64, least = 8 };

/*
 * Where words begin of a window whose first byte begins one: bit i tells of byte i. Of its last four bytes it may be otherwise,
 * since that hangs on what follows. `text` has so many bytes up to the end of the part, and so many that may be read.
 */
static uint64_t gpt2_starts(const uint8_t *text, int32_t left, int32_t readable) {
  uint8_t copy[window];
  if (readable < window) {
    memset(copy, ' ', sizeof copy);
    memcpy(copy, text, (size_t)left);
  }
  struct byte_masks masks = byte_masks_of(readable < window ? copy : text);
  if (left < window) {
    const uint64_t known = ((uint64_t)1 << left) - 1;
    masks.letters &= known;
    masks.digits &= known;
    /* Blanks are one word up to the end: as if more followed. */
    masks.blanks |= ~known;
  }
  const uint64_t others = ~(masks.letters | masks.digits | masks.blanks);
  const uint64_t goes_on = (masks.letters & masks.letters << 1) | (masks.digits & masks.digits << 1) |
                           (others & others << 1);
  const uint64_t before_last = masks.blanks & masks.blanks << 1 & masks.blanks >> 1;
  const uint64_t after_space = ~masks.blanks & masks.spaces << 1;
  uint64_t starts = ~(goes_on | before_last | after_space);
  for (uint64_t signs = (starts | 1) & masks.apostrophes; signs != 0; signs &= signs - 1) {
    const int32_t at = __builtin_ctzll(signs);
    const int32_t length = contraction(text, at, left, false);
    if (length == 0) continue;
    starts &= ~((uint64_t)2 << at);
    if (at + length < window) starts |= (uint64_t)1 << (at + length);
  }
  return starts;
}

/* As often gpt2_end, for many words at once. */
static int32_t cut_gpt2(
    const struct cut *self, int32_t from, int32_t to, int32_t *ends, int32_t most) {
  int32_t count = 0;
  for (int32_t at = from; at < to && count < most;) {
    const int32_t left = to - at;
    if (left < least) {
      ends[count++] = at = gpt2_end(self->text, at, to);
      continue;
    }
    uint64_t starts = gpt2_starts(self->text + at, left, self->length - at);
    /* But for the first byte, what begins a word ends the one before. */
    starts &= ~(uint64_t)1 & (left < window ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0 >> 4);
    const int32_t before = count;
    for (; starts != 0 && count < most; starts &= starts - 1)
      ends[count++] = at + __builtin_ctzll(starts);
    if (left < window && starts == 0 && count < most) ends[count++] = to;
    if (count == before) ends[count++] = gpt2_end(self->text, at, to);
    at = ends[count - 1];
  }
  return count;
}

int32_t cut_next(struct cut *self, int32_t *ends, int32_t most) {
  const int32_t cutter = self->cutters[self->count - 1];
  int32_t count = 0;
  while (count < most && self->at < self->length) {
    const int32_t to = part_end(self);
    if (cutter == cutter_gpt2)
      count += cut_gpt2(self, self->at, to, ends + count, most - count);
    else
      for (int32_t at = self->at; count < most && at < to;)
        ends[count++] = at = end_of(cutter, self->text, at, to);
    self->at = ends[count - 1];
  }
  return count;
}
