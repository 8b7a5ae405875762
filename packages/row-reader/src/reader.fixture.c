/*
 * Reads the lines of a file, and writes of each that is a row its place, its JSON, its tokens, which are bytes, and which of them are targets.
 *
 *     reader.fixture <file> <seed> [<prompt> <completion>]
 *
 * Characters above U+2000 part words, and others are refused. Conversations have one form: <1>, a role and a line end before each content and <2> behind it, an answer being a target with its <2>. It
 * is taken after forms of random numbers, and all memory is just as large as it has to be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat-scan.h"
#include "minhash.h"
#include "reader.h"
#include "words.h"

/* Longer lines are for others. */
enum { most_bytes = 100000, most_tokens = 100000 };

static uint32_t state;

static int32_t drawn(int32_t from, int32_t to) {
  state = state * 1664525u + 1013904223u;
  return from + (int32_t)((state >> 8) % (uint32_t)(to - from + 1));
}

/* Every byte is a token of its own. */
static words *open_words(void) {
  enum { head = 5, codes = 256 };
  int32_t numbers[head + 1 + codes] = {1, 0, 0, 100, 6400, 0};
  for (int32_t code = 0; code < codes; code++) numbers[head + 1 + code] = code;
  return words_open(numbers, head + 1 + codes, (const uint8_t *)"", 0);
}

/* Numbers that are none of a form most often; what is taken is forgotten. */
static void take_random_forms(reader *reader, const uint8_t *roles, int32_t count) {
  for (int turn = 0; turn < 200; turn++) {
    const int32_t length = drawn(1, 16), bytes = drawn(0, 4);
    int32_t *numbers = malloc((size_t)length * sizeof *numbers);
    uint8_t *constants = malloc((size_t)bytes);
    for (int32_t at = 0; at < length; at++)
      numbers[at] = drawn(0, 9) == 0 ? drawn(-INT32_MAX / 2, INT32_MAX / 2) : drawn(-3, 3);
    for (int32_t at = 0; at < bytes; at++) constants[at] = 'c';
    lathe_reader_take_form(reader, roles, count, numbers, length, constants, bytes);
    free(numbers);
    free(constants);
  }
  lathe_reader_forget_forms(reader);
}

static void take_form(reader *reader, const uint8_t *roles, int32_t count) {
  int32_t numbers[16 * most_places] = {0};
  uint8_t constants[16 * most_places];
  int32_t *next = numbers + 5, length = 0;
  *next++ = 1;
  *next++ = 4 * count;
  for (int32_t message = 0; message < count; message++) {
    const char *role = role_names[roles[message]];
    const int32_t size = (int32_t)strlen(role) + 1;
    const int32_t target = roles[message] == role_assistant;
    const int32_t step[] = {0, 1, 1, 2, 1, -size, 2 + target, 1, message, target, 1, 2};
    /* The role is a text by itself, and the content another one. */
    memcpy(next, step, sizeof step);
    next += sizeof step / sizeof *step;
    memcpy(constants + length, role, (size_t)size - 1);
    constants[length + size - 1] = '\n';
    length += size;
  }
  if (lathe_reader_take_form(reader, roles, count, numbers, (int32_t)(next - numbers), constants, length) != 1)
    exit(3);
}

static void fit(void **array, int64_t *room, int64_t used, size_t size, int64_t per_row, int64_t *rows) {
  *room += *room / 4 + drawn(1, 300);
  *rows = *room;
  void *larger = malloc((size_t)(*room * per_row) * size);
  if (used > 0) memcpy(larger, *array, (size_t)(used * per_row) * size);
  free(*array);
  *array = larger;
}

/* Gives each array some more room than it has used. */
static void grow(struct found *found) {
  int64_t rows;
  const int64_t tokens = found->token_used;
  int64_t supervised_room;
  fit((void **)&found->tokens, &found->token_room, tokens, sizeof *found->tokens, 1, &rows);
  uint8_t *supervised = malloc((size_t)found->token_room);
  if (tokens > 0) memcpy(supervised, found->supervised, (size_t)tokens);
  free(found->supervised);
  found->supervised = supervised;
  fit((void **)&found->json, &found->json_room, found->json_used, 1, 1, &rows);
  fit((void **)&found->likeness, &found->likeness_room, found->likeness_used, sizeof *found->likeness, 1, &rows);
  fit((void **)&found->facts, &found->row_room, found->row_used, sizeof *found->facts, fact_count, &rows);
  int32_t *places = malloc(2 * (size_t)rows * sizeof *places);
  if (found->row_used > 0) memcpy(places, found->rows, 2 * (size_t)found->row_used * sizeof *places);
  free(found->rows);
  found->rows = places;
  fit((void **)&found->examples, &found->example_room, found->example_used, sizeof *found->examples, 1, &rows);
  fit((void **)&found->asked, &found->asked_room, found->asked_used, sizeof *found->asked, 1, &rows);
  fit((void **)&found->asked_bytes, &found->asked_bytes_room, found->asked_bytes_used, 1, 1, &supervised_room);
}

/* The lines of a file, and where each stands; five more stand nowhere. */
static struct lines read_lines(const char *name) {
  FILE *file = fopen(name, "rb");
  if (file == NULL) exit(2);
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  rewind(file);
  uint8_t *bytes = malloc((size_t)size);
  int32_t *starts = malloc((size_t)(size + 5) * sizeof *starts);
  int32_t *ends = malloc((size_t)(size + 5) * sizeof *ends);
  double *numbers = malloc((size_t)(size + 5) * sizeof *numbers);
  int64_t count = 0, length = 0;
  int32_t at = 0;
  for (int sign = fgetc(file); sign != EOF; sign = fgetc(file))
    if (sign != '\n') {
      bytes[length++] = (uint8_t)sign;
      at++;
    } else {
      numbers[count] = (double)count;
      starts[count] = (int32_t)length - at;
      ends[count++] = (int32_t)length;
      at = 0;
    }
  fclose(file);
  /* Lines that are not in the bytes. */
  const int32_t strange[][2] = {{-1, 1}, {INT32_MIN, INT32_MAX}, {1, 0}, {0, (int32_t)length + 1}, {INT32_MAX, INT32_MAX}};
  for (int32_t each = 0; each < 5; each++) {
    numbers[count] = (double)count;
    starts[count] = strange[each][0];
    ends[count++] = strange[each][1];
  }
  return (struct lines){realloc(bytes, (size_t)length), length, starts, ends, numbers, count, most_bytes, most_tokens};
}

static void tell(const struct found *found) {
  int64_t token = 0, json = 0;
  for (int64_t row = 0; row < found->row_used; row++) {
    const double *facts = found->facts + fact_count * row;
    printf("%d %.*s ", found->rows[2 * row], (int)facts[2] - 1, found->json + json);
    json += (int64_t)facts[2];
    const int64_t end = token + (int64_t)facts[1];
    for (int64_t at = token; at < end; at++) printf("%02x", found->tokens[at]);
    printf(" ");
    for (int64_t at = token; at < end; at++) printf("%d", found->supervised[at]);
    printf("\n");
    token = end;
  }
}

/* Numbers that are none of a character, and then what is true of one that parts words. */
static void take_character(reader *reader, int32_t character) {
  for (int turn = 0; turn < 20; turn++) {
    const int32_t length = drawn(0, 12);
    int32_t *told = malloc((size_t)length * sizeof *told);
    for (int32_t at = 0; at < length; at++) told[at] = drawn(0, 9) == 0 ? drawn(-INT32_MAX / 2, INT32_MAX / 2) : drawn(0, 4);
    lathe_reader_take_character(reader, drawn(-9, 0x20009), told, length);
    free(told);
  }
  const int32_t other[] = {4, 0, 1, 1, '#', 4 * '#'};
  lathe_reader_take_character(reader, character, other, character > 0x2000 ? 6 : 0);
}

/* Names in memory of just their size, after some that are no names. */
static bool name_columns(reader *reader, char **names) {
  uint8_t *bytes[2];
  int32_t lengths[2];
  for (int at = 0; at < 2; at++) {
    lengths[at] = (int32_t)strlen(names[at]);
    bytes[at] = malloc((size_t)lengths[at]);
    memcpy(bytes[at], names[at], (size_t)lengths[at]);
  }
  const int32_t bad[] = {-1, 0, longest_name + 1, INT32_MAX};
  bool is_right = true;
  for (size_t at = 0; at < sizeof bad / sizeof *bad; at++) {
    is_right &= lathe_reader_name_columns(reader, bytes[0], bad[at], bytes[1], lengths[1]) == 0;
    is_right &= lathe_reader_name_columns(reader, bytes[0], lengths[0], bytes[1], bad[at]) == 0;
  }
  is_right &= lathe_reader_name_columns(reader, bytes[0], lengths[0], bytes[1], lengths[1]) == 1;
  free(bytes[0]);
  free(bytes[1]);
  return is_right;
}

int main(int count, char **arguments) {
  if (count != 3 && count != 5) return 2;
  state = (uint32_t)strtoul(arguments[2], NULL, 10);
  struct lines lines = read_lines(arguments[1]);
  words *words = open_words();
  uint8_t lasts[256] = {0};
  lasts['>'] = 1;
  const uint8_t beginnings[] = {'<', '|', '<', '/', '\\', ' '};
  reader *reader = lathe_reader_open(words, beginnings, 3, lasts, 5);
  if (words == NULL || reader == NULL) return 4;
  if (count == 5 && !name_columns(reader, arguments + 3)) return 5;
  struct found found = {0};
  grow(&found);
  int strange = 12;
  for (;;) {
    const int32_t stopped = lathe_reader_read(reader, &lines, &found);
    if (stopped == stop_end) break;
    if (stopped == stop_room) grow(&found);
    else if (stopped == stop_character) {
      const int32_t character = lathe_reader_character(reader);
      take_character(reader, character);
    } else {
      uint8_t roles[most_places];
      const int32_t messages = lathe_reader_roles(reader, roles);
      if (strange > 0) {
        strange--;
        take_random_forms(reader, roles, messages);
      }
      take_form(reader, roles, messages);
    }
  }
  tell(&found);
  lathe_reader_close(reader);
  words_close(words);
  free((void *)lines.bytes);
  free((void *)lines.starts);
  free((void *)lines.ends);
  free((void *)lines.numbers);
  free(found.tokens);
  free(found.supervised);
  free(found.json);
  free(found.likeness);
  free(found.facts);
  free(found.rows);
  free(found.examples);
  free(found.asked);
  free(found.asked_bytes);
  return 0;
}
