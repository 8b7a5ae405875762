#include "known-characters.h"

#include <stdlib.h>
#include <string.h>

#include "byte-classes.h"

bool characters_open(struct known_characters *own) {
  memset(own, 0, sizeof *own);
  for (int code = 0; code < first_sign; code++) own->units[code] = (uint16_t)code;
  /* Of most pages nothing is ever written. */
  own->facts = calloc(known_codes, sizeof *own->facts);
  return own->facts != NULL;
}

void characters_close(struct known_characters *own) {
  free(own->facts);
}

void characters_renew(struct known_characters *own) {
  if (!own->is_full) return;
  memset(own->facts, 0, known_codes * sizeof *own->facts);
  own->letters = own->signs = 0;
  own->is_full = false;
}

struct character_facts facts_of(const struct known_characters *own, int32_t character) {
  if (character < known_codes) return own->facts[character];
  return (struct character_facts){.class = class_refused};
}

static int32_t size_of(int32_t character) {
  return character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

/* The byte that stands for a unit among those from `first` on, of which there are `count`; 0 where there is no more room for it. */
static uint8_t stand_in(struct known_characters *own, uint16_t unit, int first, int end, int32_t *count) {
  for (int at = first; at < first + *count; at++)
    if (own->units[at] == unit) return (uint8_t)at;
  if (first + *count == end) return 0;
  own->units[first + *count] = unit;
  return (uint8_t)(first + (*count)++);
}

enum unit_kind { unit_other, unit_letter, unit_sign };

static uint8_t byte_of(struct known_characters *own, int32_t told) {
  const uint16_t unit = (uint16_t)(told >> 2);
  if (unit < first_sign) return (uint8_t)unit;
  switch (told & 3) {
    case unit_letter: return stand_in(own, unit, first_letter, stand_ins_end, &own->letters);
    case unit_sign: return stand_in(own, unit, first_sign, first_letter, &own->signs);
    default: return '#';
  }
}

enum { class_at, apart_at, plain_at, words_at, head_numbers };

static bool take_forms(struct known_characters *own, int32_t size, const int32_t *told, int32_t count, struct character_facts *facts) {
  if (count < head_numbers) return false;
  const int32_t plain = told[plain_at], words = told[words_at];
  if (plain < 1 || plain > size || words < 1 || words > size || count != head_numbers + plain + words) return false;
  facts->is_apart = told[apart_at] == 1;
  facts->plain_bytes = (uint8_t)plain;
  facts->word_bytes = (uint8_t)words;
  const int32_t *next = told + head_numbers;
  for (int32_t at = 0; at < plain; at++) facts->plain[at] = (uint8_t)*next++;
  for (int32_t at = 0; at < words; at++)
    if ((facts->words[at] = byte_of(own, *next++)) == 0) {
      own->is_full = true;
      return false;
    }
  return true;
}

void character_take(struct known_characters *own, int32_t character, const int32_t *told, int32_t count) {
  if (character < first_sign || character >= known_codes) return;
  struct character_facts facts = {0};
  const bool is_taken = take_forms(own, size_of(character), told, count, &facts) &&
                        told[class_at] >= class_letter && told[class_at] <= class_other;
  facts.class = is_taken ? (uint8_t)told[class_at] : class_refused;
  own->facts[character] = facts;
}

static int32_t follower(uint8_t byte) {
  return (byte & 0xc0) == 0x80 ? byte & 0x3f : -1;
}

int32_t character_at(const uint8_t *bytes, int32_t length, int32_t *size) {
  const uint8_t first = bytes[0];
  const int32_t needed = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (needed == 0 || needed > length) return -1;
  int32_t character = first & (0xff >> (needed + 1));
  for (int32_t at = 1; at < needed; at++) {
    const int32_t bits = follower(bytes[at]);
    if (bits < 0) return -1;
    character = character << 6 | bits;
  }
  const int32_t least = needed == 2 ? 0x80 : needed == 3 ? 0x800 : 0x10000;
  if (character < least || character > 0x10ffff) return -1;
  if (character >= 0xd800 && character <= 0xdfff) return -1;
  *size = needed;
  return character;
}

/* Whether no letter stands before a place, nor what may stand between the two for the case of letters (Final_Sigma of Unicode). */
static bool is_apart(const uint8_t *content, const uint8_t *at) {
  if (at == content) return true;
  const uint8_t before = at[-1];
  if (before >= first_sign || byte_classes[before] == letter) return false;
  return before != '\'' && before != '.' && before != ':' && before != '^' && before != '`';
}

int32_t taken_character(
    const struct known_characters *own, const uint8_t *bytes, int32_t length, const uint8_t *content, const uint8_t *to,
    int32_t *unknown) {
  int32_t size;
  const int32_t character = character_at(bytes, length, &size);
  if (character < 0) return 0;
  const struct character_facts facts = facts_of(own, character);
  if (facts.class == class_unknown) *unknown = character;
  if (facts.class <= class_refused || (facts.is_apart && !is_apart(content, to))) return 0;
  return size;
}

/* What is known of the character that begins there, and how many bytes it has: of a byte that is none nothing. */
static struct character_facts next_of(const struct known_characters *own, const uint8_t *text, int32_t length, int32_t *size) {
  const int32_t character = character_at(text, length, size);
  if (character >= 0) return facts_of(own, character);
  *size = 1;
  return (struct character_facts){0};
}

/* Writes a text with one of the forms of its characters. */
static inline int32_t write_form(const struct known_characters *own, const uint8_t *text, int32_t length, uint8_t *written, bool as_words) {
  uint8_t *to = written;
  for (int32_t at = 0, size = 1; at < length; at += size) {
    size = 1;
    if (text[at] < first_sign) {
      *to++ = text[at];
      continue;
    }
    const struct character_facts facts = next_of(own, text + at, length - at, &size);
    const int32_t bytes = as_words ? facts.word_bytes : facts.plain_bytes;
    memcpy(to, as_words ? facts.words : facts.plain, (size_t)bytes);
    to += bytes;
  }
  return (int32_t)(to - written);
}

int32_t write_words(const struct known_characters *own, const uint8_t *text, int32_t length, uint8_t *written) {
  return write_form(own, text, length, written, true);
}

int32_t write_plain(const struct known_characters *own, const uint8_t *text, int32_t length, uint8_t *written) {
  return write_form(own, text, length, written, false);
}

void write_shape(const struct known_characters *own, const uint8_t *text, int32_t length, uint8_t *written) {
  memcpy(written, text, (size_t)length);
  for (int32_t at = 0, size = 1; at < length; at += size) {
    size = 1;
    if (text[at] < first_sign) continue;
    const struct character_facts facts = next_of(own, text + at, length - at, &size);
    if (facts.class == class_letter) memset(written + at, 'a', (size_t)size);
    if (facts.class != class_number) continue;
    memset(written + at, digit_goes_on, (size_t)size);
    written[at] = '0';
  }
}
