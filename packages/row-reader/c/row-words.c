#include "row-words.h"

#include <stdlib.h>
#include <string.h>

#include "instructions.h"
#include "shingles.h"
#include "word-hashes.h"

/* A row that is read, up to `at`. */
struct row {
  const uint8_t *at, *end;
};

static bool takes(struct row *row, const char *expected) {
  const size_t length = strlen(expected);
  if ((size_t)(row->end - row->at) < length || memcmp(row->at, expected, length) != 0) return false;
  row->at += length;
  return true;
}

/* Numbers of so many digits are exact. */
enum { most_digits = 15 };

static bool takes_number(struct row *row, double *number) {
  int64_t value = 0;
  int digits = 0;
  for (; row->at < row->end && *row->at >= '0' && *row->at <= '9'; row->at++, digits++) {
    if (digits == most_digits) return false;
    value = 10 * value + (*row->at - '0');
  }
  *number = (double)value;
  return digits > 0;
}

/* What an escape stands for that JSON.stringify writes; 0: another one. */
static uint8_t meant_by(uint8_t letter) {
  switch (letter) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'f': return '\f';
    case '"':
    case '\\': return letter;
    default: return 0;
  }
}

/* How many bytes from there stand for themselves: ASCII without quotation marks, backslashes and control characters. */
static size_t plain_run(const uint8_t *from, const uint8_t *end) {
  const uint64_t each = 0x0101010101010101u, upper = 0x8080808080808080u;
  const uint8_t *at = from;
  for (; end - at >= 8; at += 8) {
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    const uint64_t quotes = bytes ^ each * '"', slashes = bytes ^ each * '\\';
    /* The lowest that is found is right; those above it may not be. */
    const uint64_t found =
        ((quotes - each) | (slashes - each) | (bytes - each * 0x20) | bytes) & upper;
    if (found != 0) break;
  }
  while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') at++;
  return (size_t)(at - from);
}

/*
 * Writes what stands up to the quotation mark that ends it; -1 where that is not of ASCII and known characters as JSON.stringify writes
 * them.
 */
static int32_t take_content(word_finder *own, struct row *row, bool *is_ascii, uint8_t *content) {
  uint8_t *to = content;
  *is_ascii = true;
  for (;;) {
    const size_t run = plain_run(row->at, row->end);
    memcpy(to, row->at, run);
    to += run;
    row->at += run;
    if (row->at == row->end) return -1;
    if (*row->at >= 0x80) {
      const int32_t size = taken_character(
          &own->characters, row->at, (int32_t)(row->end - row->at), content, to, &own->unknown);
      if (size == 0) return -1;
      memcpy(to, row->at, (size_t)size);
      to += size;
      row->at += size;
      *is_ascii = false;
      continue;
    }
    const uint8_t sign = *row->at++;
    if (sign == '"') return (int32_t)(to - content);
    if (sign != '\\' || row->at == row->end) return -1;
    *to = meant_by(*row->at++);
    if (*to++ == 0) return -1;
  }
}

/* What is said of a message. */
struct told {
  bool is_user, is_ascii;
};

/* A message of a role and a content; the length of that, or -1. */
static int32_t take_message(word_finder *own, struct row *row, struct told *told, uint8_t *content) {
  if (!takes(row, "{\"role\":\"")) return -1;
  told->is_user = takes(row, "user");
  if (!told->is_user && !takes(row, "assistant") && !takes(row, "system") && !takes(row, "developer"))
    return -1;
  if (!takes(row, "\",\"content\":\"")) return -1;
  const int32_t length = take_content(own, row, &told->is_ascii, content);
  return takes(row, "}") ? length : -1;
}

static bool takes_end(struct row *row) {
  double examples;
  if (!takes(row, "]")) return false;
  if (takes(row, ",\"examples\":") && !takes_number(row, &examples)) return false;
  return takes(row, "}") && row->at == row->end;
}

static int32_t hash_words(word_finder *finder, const struct text *content, bool is_ascii, uint32_t *words) {
  workspace *own = finder->workspace;
  const struct known_characters *characters = &finder->characters;
  struct text said = *content;
  if (!is_ascii)
    said = (struct text){own->signs, write_words(characters, content->bytes, content->length, own->signs)};
  own->sort_characters(&said, own->lower, &own->bits);
  find_runs(&own->bits, said.length, &own->runs);
  const struct text lower = {own->lower, said.length};
  return word_hashes(own->hash_runs, &lower, &own->runs, is_ascii ? NULL : characters->units, words);
}

/* A chat behind its line. */
static bool read_chat(word_finder *finder, struct row *row, struct row_facts *facts) {
  workspace *own = finder->workspace;
  bool has_user = false;
  struct told told;
  struct text said;
  facts->asked = 0;
  do {
    said = (struct text){own->text, take_message(finder, row, &told, own->text)};
    if (said.length < 0) return false;
    if (!told.is_user) continue;
    has_user = true;
    facts->asked += hash_words(finder, &said, told.is_ascii, own->words + facts->asked);
  } while (takes(row, ","));
  if (!has_user || told.is_user || !takes_end(row)) return false;
  facts->all = facts->asked + hash_words(finder, &said, told.is_ascii, own->words + facts->asked);
  return true;
}

/* A text up to its quotation mark; how many words it has, or -1. */
static int32_t take_words(word_finder *finder, struct row *row, uint32_t *words) {
  workspace *own = finder->workspace;
  bool is_ascii;
  const struct text said = {own->text, take_content(finder, row, &is_ascii, own->text)};
  return said.length < 0 ? -1 : hash_words(finder, &said, is_ascii, words);
}

/* A prompt and a completion behind their line. */
static bool read_completion(word_finder *finder, struct row *row, struct row_facts *facts) {
  uint32_t *const words = finder->workspace->words;
  facts->asked = take_words(finder, row, words);
  if (facts->asked < 0 || !takes(row, ",\"completion\":\"")) return false;
  const int32_t answered = take_words(finder, row, words + facts->asked);
  if (answered < 0 || !takes(row, "}") || row->at != row->end) return false;
  facts->all = facts->asked + answered;
  return true;
}

/* Whether a row is of a form whose words are written; they are no more than it has bytes. */
static bool read_row(word_finder *finder, struct row *row, struct row_facts *facts) {
  const bool is_chat = takes(row, "{\"kind\":\"chat\"");
  if (!is_chat && !takes(row, "{\"kind\":\"completion\"")) return false;
  if (!takes(row, ",\"line\":") || !takes_number(row, &facts->line)) return false;
  if (is_chat) return takes(row, ",\"messages\":[") && read_chat(finder, row, facts);
  return takes(row, ",\"prompt\":\"") && read_completion(finder, row, facts);
}

/* A row is read from its beginning on after each stop: of long ones so many bytes in all, which takes some milliseconds. */
enum { most_read_again = 2 * 1024 * 1024 };

static bool may_stop(const word_finder *finder, int32_t length) {
  return finder->stops < most_stops && (int64_t)finder->stops * length < most_read_again;
}

void begin_rows(word_finder *finder) {
  if (finder->stops == 0) characters_renew(&finder->characters);
}

enum row_told take_row(word_finder *finder, const struct stored_rows *rows, int32_t at, struct row_facts *facts) {
  const int32_t start = rows->starts[at], end = rows->ends[at];
  if (start < 0 || start > end || end > rows->length) return row_fails;
  const bool is_short = end - start <= longest_text;
  if (is_short && !workspace_fit(finder->workspace, end - start)) return row_fails;
  struct row row = {rows->text + start, rows->text + end};
  finder->unknown = -1;
  const bool is_read = is_short && read_row(finder, &row, facts);
  if (finder->unknown >= 0 && may_stop(finder, end - start)) {
    finder->stops++;
    return row_stops;
  }
  finder->stops = 0;
  return is_read ? row_is_read : row_is_other;
}

int32_t row_words_of(word_finder *finder, const struct stored_rows *rows, struct row_words *found) {
  const workspace *own = finder->workspace;
  const int32_t before = found->row - 1;
  if (before < -1) return -1;
  begin_rows(finder);
  int64_t words = before < 0 ? 0 : found->word_ends[before], shingles = before < 0 ? 0 : found->shingle_ends[before];
  for (; found->row < rows->count; found->row++) {
    const int32_t at = found->row;
    struct row_facts facts;
    const enum row_told told = take_row(finder, rows, at, &facts);
    if (told == row_fails) return -1;
    if (told == row_stops) return 1;
    if (told == row_is_read) {
      const int32_t sorted = own->find_shingles(own->words, facts.all, own->sorted, own->scratch);
      if (words + facts.all > found->room || shingles + sorted > found->room) return -1;
      memcpy(found->words + words, own->words, (size_t)facts.all * sizeof *own->words);
      memcpy(found->shingles + shingles, own->sorted, (size_t)sorted * sizeof *own->sorted);
      words += facts.all;
      shingles += sorted;
    }
    found->lines[at] = told == row_is_read ? facts.line : -1;
    found->asked[at] = told == row_is_read ? facts.asked : -1;
    found->word_ends[at] = (int32_t)words;
    found->shingle_ends[at] = (int32_t)shingles;
  }
  return 0;
}

word_finder *word_finder_open(uint32_t instructions) {
  word_finder *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return NULL;
  opened->workspace = workspace_open(instructions);
  opened->phrases = phrase_finder_with(instructions & instructions_here());
  if (characters_open(&opened->characters) && opened->workspace != NULL) return opened;
  word_finder_close(opened);
  return NULL;
}

void word_finder_close(word_finder *own) {
  if (own == NULL) return;
  workspace_close(own->workspace);
  characters_close(&own->characters);
  free(own);
}

EXPORTED word_finder *lathe_rows_open(void) {
  return word_finder_open(~0u);
}

EXPORTED int32_t lathe_rows_character(const word_finder *own) {
  return own->unknown;
}

EXPORTED void lathe_rows_take_character(word_finder *own, int32_t character, const int32_t *told, int32_t count) {
  character_take(&own->characters, character, told, count);
}

EXPORTED int32_t lathe_rows_words(word_finder *own, const uint8_t *text, int64_t length, const int32_t *starts,
                                  const int32_t *ends, int32_t rows, double *lines, int32_t *asked, uint32_t *words,
                                  int32_t *word_ends, uint32_t *shingles, int32_t *shingle_ends, int32_t room, int32_t *row) {
  const struct stored_rows stored = {text, length, starts, ends, rows};
  struct row_words found = {lines, asked, words, word_ends, shingles, shingle_ends, room, *row};
  const int32_t told = row_words_of(own, &stored, &found);
  *row = found.row;
  return told;
}
