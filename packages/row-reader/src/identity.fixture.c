/*
 * Answers cases of native-identity.test.ts, each a letter and numbers of 32 bits, by a line of numbers. All that is given stands in memory of
 * exactly its size, so that sanitizers see whatever is read beyond it.
 *
 *     program INSTRUCTIONS < cases > answers
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "row-look.h"
#include "row-words.h"
#include "group-words.h"
#include "identity.h"
#include "plain-prompt.h"
#include "word-hashes.h"

static void *take(size_t bytes) {
  void *taken = malloc(bytes);
  if (bytes > 0 && (taken == NULL || fread(taken, 1, bytes, stdin) != bytes)) exit(2);
  return taken;
}

static int32_t take_number(void) {
  int32_t *taken = take(sizeof *taken);
  const int32_t number = *taken;
  free(taken);
  return number;
}

static void print_numbers(const char *name, const uint32_t *numbers, int64_t count) {
  printf(" %s", name);
  for (int64_t at = 0; at < count; at++) printf(" %u", numbers[at]);
}

static void print_bytes(const char *name, const uint8_t *bytes, int32_t length) {
  printf(" %s ", name);
  for (int32_t at = 0; at < length; at++) printf("%02x", bytes[at]);
}

static void answer_text(const workspace *own) {
  const int32_t length = take_number();
  uint8_t *bytes = take((size_t)length);
  const struct text text = {bytes, length};
  const size_t count = (size_t)length, margin = text_margin;
  uint32_t *words = malloc(count * sizeof *words);
  struct runs runs = {0, malloc(count * sizeof(int32_t)), malloc(count * sizeof(int32_t))};
  uint8_t *lower = malloc(count + margin), *marks = malloc(count);
  uint8_t *written = malloc(3 * count + margin), *plain = malloc(count + margin);
  const size_t large = (size_t)bit_numbers(length) * sizeof(uint64_t);
  const struct character_bits bits = {malloc(large), malloc(large), malloc(large)};
  own->sort_characters(&text, lower, &bits);
  find_runs(&bits, length, &runs);
  const struct text in_lower = {lower, length};
  print_numbers("words", words, word_hashes(own->hash_runs, &in_lower, &runs, NULL, words));
  print_bytes("group", written, group_words(&in_lower, &runs, marks, written));
  find_pieces(&bits, length, &runs);
  print_bytes("plain", plain, plain_prompt(&in_lower, &runs, plain));
  struct sha256 sha;
  sha256_begin(&sha, own->sha256);
  /* In pieces of growing size. */
  for (int32_t at = 0, piece = 1; at < length; at += piece, piece = 2 * piece + 1)
    sha256_add(&sha, bytes + at, (size_t)(piece < length - at ? piece : length - at));
  printf(" hash %.0f", sha256_number(&sha));
  /* The same beside another text, each in two pieces of any size. */
  const double number = sha256_number(&sha);
  for (int32_t from = 0; from <= length; from += length / 3 + 1) {
    struct sha256 one, other;
    sha256_begin(&one, own->sha256);
    sha256_begin(&other, own->sha256);
    sha256_add_two(&one, bytes, (size_t)from, &other, bytes, (size_t)(from / 2));
    sha256_add_two(
        &one, bytes + from, (size_t)(length - from), &other, bytes + from / 2, (size_t)(length - from / 2));
    double numbers[4];
    sha256_two_numbers(&one, &other, numbers, numbers + 1);
    sha256_begin(&other, own->sha256);
    sha256_add(&other, bytes, (size_t)from);
    sha256_two_numbers(&other, &sha, numbers + 2, numbers + 3);
    const bool is_like = numbers[0] == number && numbers[1] == number && numbers[3] == number &&
                         numbers[2] == sha256_number(&other);
    if (!is_like) printf(" unlike");
  }
  free(bytes);
  free(words);
  free(bits.words);
  free(bits.signs);
  free(bits.shown);
  free(runs.starts);
  free(runs.ends);
  free(lower);
  free(marks);
  free(written);
  free(plain);
}

static void answer_words(const workspace *own) {
  const int32_t count = take_number();
  const size_t bytes = (size_t)count * sizeof(uint32_t);
  uint32_t *words = take(bytes), *shingles = malloc(bytes), *scratch = malloc(bytes);
  const int32_t found = own->find_shingles(words, count, shingles, scratch);
  print_numbers("shingles", shingles, found);
  int32_t signature[permutations];
  uint32_t bands[band_count];
  own->minhash(&own->permutations, shingles, found, signature);
  bands_of(signature, bands);
  print_numbers("bands", bands, band_count);
  free(words);
  free(shingles);
  free(scratch);
}

/* A completion has no JSON. */
static void answer_chat(workspace *own, const struct known_characters *characters) {
  const int32_t count = take_number();
  int32_t *places = take(((size_t)count + 1) * sizeof *places);
  int32_t *ends = take((size_t)count * sizeof *ends);
  uint8_t *contents = take((size_t)places[count]), *json = take((size_t)ends[count - 1]);
  const bool is_chat = ends[count - 1] > 0;
  const struct chat chat = {
      count, contents, places, is_chat ? json : NULL, is_chat ? ends : NULL, characters};
  struct chat_hashes hashes;
  uint32_t bands[band_count], *shingles = malloc(most_shingles * sizeof *shingles);
  const int32_t found = identity_of(own, &chat, &hashes, bands, shingles, most_shingles);
  /* As many have room where there is that room, and one less has not. */
  uint32_t *narrow = malloc((size_t)found * sizeof *narrow);
  const int32_t again = identity_of(own, &chat, &hashes, bands, narrow, found);
  const int32_t less = identity_of(own, &chat, &hashes, bands, narrow, found - 1);
  printf(" room %d %d", again - found, less);
  printf(" hashes %.0f %.0f %.0f", hashes.both, hashes.prompt, hashes.plain);
  printf(" %.0f %.0f %.0f", hashes.group, hashes.answer, hashes.asked);
  print_numbers("bands", bands, band_count);
  print_numbers("shingles", narrow, found);
  free(places);
  free(ends);
  free(contents);
  free(json);
  free(shingles);
  free(narrow);
}

/* Bits of all phrases, and no text. */
static void print_phrases(word_finder *own, const struct stored_rows *rows) {
  uint32_t *low_halves = malloc((1u << low_bits) / 8);
  memset(low_halves, 0xff, (1u << low_bits) / 8);
  const struct kept_phrases phrases = {low_halves, 1, 1};
  uint32_t marks = 0, slots[2] = {0, 0};
  const int32_t starts = 0;
  const struct kept_texts texts = {&marks, 1, slots, 2, &starts, NULL, NULL, NULL, NULL};
  const size_t count = (size_t)rows->count;
  int32_t longest = 0;
  for (int32_t at = 0; at < rows->count; at++)
    if (rows->ends[at] - rows->starts[at] > longest) longest = rows->ends[at] - rows->starts[at];
  if (longest > longest_text) longest = longest_text;
  struct row_seen seen = {.room = 4 * longest};
  seen.near = malloc(count * sizeof *seen.near);
  seen.phrase_ends = malloc(count * sizeof *seen.phrase_ends);
  seen.phrases = malloc((size_t)seen.room * sizeof *seen.phrases);
  /* Some come back for their work, some for the room. */
  enum look_told told = look_pauses;
  while (told == look_pauses) {
    seen.first = seen.row;
    told = look_at_rows(own, rows, &phrases, &texts, 1, seen.row % 2 == 0 ? 1 : 5000, &seen);
    for (int32_t at = seen.first, from = 0; at < seen.row; from = seen.phrase_ends[at++]) {
      printf(" near %d", seen.near[at]);
      print_numbers("phrases", seen.phrases + from, seen.phrase_ends[at] - from);
    }
  }
  printf(" told %d", told);
  free(low_halves);
  free(seen.near);
  free(seen.phrase_ends);
  free(seen.phrases);
}

static void answer_rows(word_finder *own) {
  const int32_t rows = take_number(), length = take_number();
  const size_t count = (size_t)rows;
  int32_t *starts = take(count * sizeof *starts), *ends = take(count * sizeof *ends);
  uint8_t *text = take((size_t)length);
  const struct stored_rows stored = {text, length, starts, ends, rows};
  struct row_words found = {.room = length};
  found.lines = malloc(count * sizeof *found.lines);
  found.asked = malloc(count * sizeof *found.asked);
  found.word_ends = malloc(count * sizeof *found.word_ends);
  found.shingle_ends = malloc(count * sizeof *found.shingle_ends);
  found.words = malloc((size_t)length * sizeof *found.words);
  found.shingles = malloc((size_t)length * sizeof *found.shingles);
  const int32_t told = row_words_of(own, &stored, &found);
  printf(" told %d", told);
  int32_t words = 0, shingles = 0;
  for (int32_t at = 0; told == 0 && at < rows; at++) {
    printf(" row %.0f %d", found.lines[at], found.asked[at]);
    print_numbers("words", found.words + words, found.word_ends[at] - words);
    print_numbers("shingles", found.shingles + shingles, found.shingle_ends[at] - shingles);
    words = found.word_ends[at];
    shingles = found.shingle_ends[at];
  }
  if (words > 0) {
    found.row = 0;
    found.room = words - 1;
    printf(" less %d", row_words_of(own, &stored, &found));
  }
  print_phrases(own, &stored);
  free(starts);
  free(ends);
  free(text);
  free(found.lines);
  free(found.asked);
  free(found.word_ends);
  free(found.shingle_ends);
  free(found.words);
  free(found.shingles);
}

static void take_character(struct known_characters *characters) {
  const int32_t character = take_number(), count = take_number();
  int32_t *told = take((size_t)count * sizeof *told);
  character_take(characters, character, told, count);
  free(told);
}

int main(int count, char **arguments) {
  word_finder *finder = word_finder_open(count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : ~0u);
  if (finder == NULL) return 2;
  workspace *own = finder->workspace;
  for (int kind = getchar(); kind != EOF; kind = getchar()) {
    if (kind == 'k') take_character(&finder->characters);
    if (kind == 't') answer_text(own);
    if (kind == 'w') answer_words(own);
    if (kind == 'c') answer_chat(own, NULL);
    if (kind == 'u') answer_chat(own, &finder->characters);
    if (kind == 'r') answer_rows(finder);
    putchar('\n');
  }
  word_finder_close(finder);
  return 0;
}
