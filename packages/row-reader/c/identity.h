/* What a chat or a completion is told from others by, as `identity` of services/ingest/src/rows/plain-rows.ts. */
#ifndef LATHE_IDENTITY_H
#define LATHE_IDENTITY_H

#include <stdint.h>

#include "known-characters.h"
#include "minhash.h"
#include "shingles.h"
#include "workspace.h"

/*
 * A chat of at least two messages: users are every second one, the last of which stands before the answer. A prompt and its completion are
 * one of two.
 */
struct chat {
  int32_t count;
  /* Message i says the bytes from `places[i]` to `places[i + 1]`; none of them is empty, or of blanks alone. */
  const uint8_t *contents;
  const int32_t *places;
  /*
   * The messages as JSON.stringify writes them, with commas between them; `ends[i]`: where message i ends. NULL where only the prompt stands
   * before the answer.
   */
  const uint8_t *json;
  const int32_t *ends;
  /* What is known of its characters; NULL where it is of ASCII. */
  const struct known_characters *characters;
};

/* 48 bits of SHA-256 each. */
struct chat_hashes {
  double both, prompt, plain, group, answer, asked;
};

/*
 * Writes hashes, shingles and bands of a chat. Returns how many shingles there are, never more than `most_shingles`; -1 where they are
 * more than `room`, there is no memory, or the chat is longer than `longest_text`.
 */
int32_t identity_of(workspace *, const struct chat *chat, struct chat_hashes *hashes, uint32_t bands[band_count],
                    uint32_t *shingles, int32_t room);

#endif
