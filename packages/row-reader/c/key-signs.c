#include "key-signs.h"

#include <string.h>

#include "sign-kinds.h"

#define BEGINNING(first, second, third) ((first) << 16 | (second) << 8 | (third))

static bool has_beginning(const uint8_t *text) {
  switch (BEGINNING(text[0], text[1], text[2])) {
    case BEGINNING('A', 'I', 'z'):
    case BEGINNING('A', 'K', 'I'):
    case BEGINNING('A', 'S', 'I'):
    case BEGINNING('S', 'G', '.'):
    case BEGINNING('d', 'o', 'p'):
    case BEGINNING('e', 'y', 'J'):
    case BEGINNING('g', 'h', 'o'):
    case BEGINNING('g', 'h', 'p'):
    case BEGINNING('g', 'h', 'r'):
    case BEGINNING('g', 'h', 's'):
    case BEGINNING('g', 'h', 'u'):
    case BEGINNING('g', 'i', 't'):
    case BEGINNING('g', 'l', 'p'):
    case BEGINNING('h', 'f', '_'):
    case BEGINNING('n', 'p', 'm'):
    case BEGINNING('p', 'k', '_'):
    case BEGINNING('p', 'y', 'p'):
    case BEGINNING('r', 'k', '_'):
    case BEGINNING('s', 'h', 'p'):
    case BEGINNING('s', 'k', '-'):
    case BEGINNING('s', 'k', '_'):
    case BEGINNING('w', 'h', 's'):
    case BEGINNING('x', 'o', 'x'):
    case BEGINNING('y', 'a', '2'): return true;
    default: return false;
  }
}

bool begins_known_key(const uint8_t *text, int32_t place) {
  const uint8_t before = place == 0 ? ' ' : text[place - 1];
  return (!is(before, kind_of_keys) || before == '.' || before == '=') && has_beginning(text + place);
}

/* Of a key no more stands between it and its name, of characters of three bytes at the most; nor about an `is` there. */
enum { most_between = 24 };

/* Whether a byte may part a key from its name; what is beyond ASCII may be white. */
static bool is_between(uint8_t byte) {
  return byte <= ' ' || byte == '"' || byte == '\'' || byte == ':' || byte == '=' || byte >= 0x80;
}

/* Where what parts a key from its name begins, which ends before `at`. */
static int32_t between_from(const uint8_t *text, int32_t at) {
  const int32_t least = at > most_between ? at - most_between : 0;
  while (at > least && is_between(text[at - 1])) at--;
  return at;
}

static bool ends_with(const uint8_t *text, int32_t length, const char *word) {
  const int32_t size = (int32_t)strlen(word);
  return length >= size && begins_with(text + length - size, size, word);
}

/* Whether the name of a key ends there. */
static bool names_key(const uint8_t *text, int32_t length) {
  static const char *const names[] = {"key", "secret", "token", "passwd", "password", "passwort", "pwd", "bearer"};
  for (size_t at = 0; at < sizeof names / sizeof *names; at++)
    if (ends_with(text, length, names[at])) return true;
  return false;
}

/* Whether a key that begins at a place is told to be one. */
static bool is_told(const uint8_t *text, int32_t place) {
  const int32_t at = between_from(text, place);
  if (at == place) return false;
  if (names_key(text, at)) return true;
  return ends_with(text, at, "is") && names_key(text, between_from(text, at - 2));
}

bool may_be_told_key(const uint8_t *text, int32_t length, int32_t from) {
  bool has_digit = false, has_name = is_told(text, from);
  for (int32_t at = from; at < length && is(text[at], kind_of_keys); at++) {
    has_digit = has_digit || is(text[at], kind_digit);
    has_name = has_name || (text[at] == '=' && is_told(text, at + 1));
    if (has_digit && has_name) return true;
  }
  return false;
}

bool ends_private_key(const uint8_t *text, int32_t length, int32_t place) {
  static const char whole[] = "PRIVATE KEY-----";
  const int32_t size = (int32_t)sizeof whole - 1, before = size - 6;
  return place >= before && length - place >= size - before && memcmp(text + place - before, whole, (size_t)size) == 0;
}
