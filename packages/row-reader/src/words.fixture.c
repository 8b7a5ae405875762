/*
 * Encodes texts as a file has them, and ends with a sentence and 1 at the first whose tokens are not those of the file.
 *
 *     words.fixture <file>
 *
 * The file has numbers of 32 bits: how many numbers and bytes words_open takes, and these, each byte a number; how many
 * characters beyond ASCII are known, and of each its code and class; how many texts; and of each its bytes, its tokens, or -1 where there are none, and then the bytes and tokens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte-classes.h"
#include "known-characters.h"
#include "words.h"

static FILE *file;

static int32_t next(void) {
  int32_t number;
  if (fread(&number, sizeof number, 1, file) != 1) exit(2);
  return number;
}

/* In memory of just that size, so that reading outside is seen. */
static int32_t *numbers(int32_t count) {
  int32_t *all = malloc((size_t)count * sizeof *all);
  for (int32_t at = 0; at < count; at++) all[at] = next();
  return all;
}

static uint8_t *bytes(int32_t count) {
  uint8_t *all = malloc((size_t)count);
  for (int32_t at = 0; at < count; at++) all[at] = (uint8_t)next();
  return all;
}

/* Texts with longer words are not encoded. */
static const int32_t longest_word = 512;

static int append(words *words, const uint8_t *text, const uint8_t *shape, int32_t length, const int32_t *tokens, int32_t count) {
  const int32_t room = count < 0 ? length : count;
  int32_t *out = malloc((size_t)room * sizeof *out);
  const int64_t found = words_append(words, text, shape, length, out, room);
  int is_right = found == count && (count < 0 || memcmp(out, tokens, (size_t)count * sizeof *out) == 0);
  if (found == -1 && length > longest_word) is_right = 1;
  if (count > 0 && words_append(words, text, shape, length, out, room - 1) != -1) is_right = 0;
  free(out);
  return is_right;
}

static int has_same_masks(const uint8_t *text) {
  const struct byte_masks one = byte_masks_of(text), other = byte_masks_plain(text);
  return memcmp(&one, &other, sizeof one) == 0;
}

int main(int count, char **given) {
  if (count != 2 || (file = fopen(given[1], "rb")) == NULL) return 2;
  const int32_t number_count = next(), byte_count = next();
  int32_t *given_numbers = numbers(number_count);
  uint8_t *whole = bytes(byte_count);
  if (words_open(given_numbers, number_count - 1, whole, byte_count) != NULL) return 2;
  words *words = words_open(given_numbers, number_count, whole, byte_count);
  free(given_numbers);
  free(whole);
  if (words == NULL) return 2;
  struct known_characters characters;
  if (!characters_open(&characters)) return 2;
  for (int32_t left = next(); left > 0; left--) {
    const int32_t character = next(), class = next();
    character_take(&characters, character, (int32_t[]){class, 0, 1, 1, 'a', 4 * 'a'}, 6);
  }
  const int32_t texts = next();
  for (int32_t at = 0; at < texts; at++) {
    const int32_t length = next(), token_count = next();
    uint8_t *text = bytes(length);
    int32_t *tokens = numbers(token_count < 0 ? 0 : token_count);
    uint8_t *shape = malloc((size_t)length);
    write_shape(&characters, text, length, shape);
    if (!append(words, text, shape, length, tokens, token_count) || (length >= 64 && !has_same_masks(shape))) {
      printf("text %d is encoded otherwise\n", (int)at);
      return 1;
    }
    free(text);
    free(shape);
    free(tokens);
  }
  words_close(words);
  characters_close(&characters);
  fclose(file);
  printf("%d texts\n", (int)texts);
  return 0;
}
