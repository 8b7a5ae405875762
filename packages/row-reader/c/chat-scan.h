/* Chats as their lines have them, as `PlainChat` of services/ingest/src/rows/plain-chat.ts reads them. */
#ifndef LATHE_CHAT_SCAN_H
#define LATHE_CHAT_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "known-characters.h"

enum role { role_system, role_developer, role_user, role_assistant, role_count };

/* The longest line that is read so, and one more than the most messages. */
enum { longest_line = 256 * 1024, most_places = 63 };

/* How roles are written. */
extern const char *const role_names[role_count];

/*
 * What a line says that is nothing but messages of ASCII and known characters with a role and a content, in an order that is not worth a warning and that ends
 * with an answer. `contents` has room for `scan_room` of the line.
 */
struct chat_scan {
  int32_t count;
  uint8_t roles[most_places];
  uint8_t *contents;
  /* Message i says the bytes from `places[i]` to `places[i + 1]` of `contents`, and is written from `froms[i]` to `tos[i]` of the line. */
  int32_t places[most_places + 1];
  int32_t froms[most_places], tos[most_places];
  bool is_ascii;
  /* What is known of characters beyond ASCII, and the one that stopped the scan. */
  struct known_characters *characters;
  int32_t character;
};

enum scanned { scanned_chat, scanned_other, scanned_character };

/* Bytes of contents that a line of so many needs. */
static inline int64_t scan_room(int64_t length) {
  return length + 16;
}

/* Reads a line; `scanned_other`: it is of another form, or something may be wrong with it; `scanned_character`: one is not known yet. */
enum scanned chat_scan(struct chat_scan *scan, const uint8_t *line, int32_t length);

/* The name of a column as lines have it: of ASCII that stands for itself in JSON. */
enum { longest_name = 256 };
struct column_name {
  int32_t length;
  uint8_t bytes[longest_name];
};

/* Reads a line of a prompt and a completion, in any order: as a chat of a user, who says the prompt, and an assistant. */
enum scanned completion_scan(
    struct chat_scan *scan, const struct column_name names[2], const uint8_t *line, int32_t length);

#endif
