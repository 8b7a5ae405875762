/* The JSON of chats and completions as they are stored. */
#ifndef LATHE_CHAT_JSON_H
#define LATHE_CHAT_JSON_H

#include "chat-scan.h"

struct written_chat {
  int32_t length;
  /* Where its messages begin. */
  int32_t messages_at;
};

/* As many bytes as the JSON of a chat or a completion has, or a few more. */
int64_t chat_json_room(const struct chat_scan *chat);

/* Writes a chat of a line as JSON.stringify does, and where each message ends, counted from the first one's beginning. */
struct written_chat write_chat_json(
    const struct chat_scan *chat, const uint8_t *line, int64_t number, int32_t examples,
    uint8_t *json, int32_t *ends);

/* Writes a completion of a line as JSON.stringify does, and returns how long it is. */
int32_t write_completion_json(
    const struct chat_scan *scan, const uint8_t *line, int64_t number, uint8_t *json);

#endif
