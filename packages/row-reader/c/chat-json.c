#include "chat-json.h"

#include <string.h>

/* What stands about all messages, with the longest numbers, and about each with the longest role. */
enum { most_around = 96, most_around_message = 40 };

int64_t chat_json_room(const struct chat_scan *chat) {
  int64_t room = most_around + (int64_t)most_around_message * chat->count;
  for (int32_t at = 0; at < chat->count; at++) room += chat->tos[at] - chat->froms[at];
  return room;
}

static uint8_t *write_bytes(uint8_t *to, const void *bytes, size_t length) {
  memcpy(to, bytes, length);
  return to + length;
}

#define WRITE(to, literal) write_bytes(to, literal, sizeof literal - 1)

static uint8_t *write_number(uint8_t *to, int64_t number) {
  uint8_t digits[20];
  int count = 0;
  do {
    digits[count++] = (uint8_t)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

static uint8_t *write_said(uint8_t *to, const struct chat_scan *chat, const uint8_t *line, int32_t message) {
  return write_bytes(
      to, line + chat->froms[message], (size_t)(chat->tos[message] - chat->froms[message]));
}

struct written_chat write_chat_json(
    const struct chat_scan *chat, const uint8_t *line, int64_t number, int32_t examples,
    uint8_t *json, int32_t *ends) {
  uint8_t *to = WRITE(json, "{\"kind\":\"chat\",\"line\":");
  to = write_number(to, number);
  to = WRITE(to, ",\"messages\":[");
  const uint8_t *messages = to;
  for (int32_t at = 0; at < chat->count; at++) {
    const char *role = role_names[chat->roles[at]];
    if (at > 0) *to++ = ',';
    to = WRITE(to, "{\"role\":\"");
    to = write_bytes(to, role, strlen(role));
    to = WRITE(to, "\",\"content\":\"");
    to = write_said(to, chat, line, at);
    to = WRITE(to, "\"}");
    ends[at] = (int32_t)(to - messages);
  }
  *to++ = ']';
  if (examples > 1) {
    to = WRITE(to, ",\"examples\":");
    to = write_number(to, examples);
  }
  *to++ = '}';
  return (struct written_chat){(int32_t)(to - json), (int32_t)(messages - json)};
}

int32_t write_completion_json(
    const struct chat_scan *scan, const uint8_t *line, int64_t number, uint8_t *json) {
  uint8_t *to = WRITE(json, "{\"kind\":\"completion\",\"line\":");
  to = write_number(to, number);
  to = WRITE(to, ",\"prompt\":\"");
  to = write_said(to, scan, line, 0);
  to = WRITE(to, "\",\"completion\":\"");
  to = write_said(to, scan, line, 1);
  to = WRITE(to, "\"}");
  return (int32_t)(to - json);
}
