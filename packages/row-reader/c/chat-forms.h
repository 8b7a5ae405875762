/* What a template makes of conversations of some roles, as packages/tokenizer/src/chat/form-steps.ts tells it. */
#ifndef LATHE_CHAT_FORMS_H
#define LATHE_CHAT_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat-scan.h"
#include "words.h"

/* Forms that are kept: conversations of a file have few different sequences of roles. */
enum { kept_forms = 256 };

/* Where a form's numbers and bytes are, and in which of them something stands. */
struct form {
  uint8_t roles[most_places];
  int32_t count;
  /* False: conversations of these roles have none. */
  bool is_there;
  /* Whether what it takes for granted can be told of contents of ASCII alone. */
  bool is_of_ascii;
  int32_t *numbers;
  uint8_t *bytes;
  int32_t examples;
  /* Where in the numbers the examples begin, and in the bytes their constants. */
  int32_t steps_at, constants_at;
};

struct chat_forms {
  struct form forms[kept_forms];
  int32_t count;
  /* A text while it is put together, and as its words are cut. */
  uint8_t *text, *shape;
  int64_t text_room, shape_room;
};

/*
 * Takes a form of these roles. `numbers`: whether it is of contents of ASCII alone; how many messages are tight, and each; how many texts no message holds, and how long each is;
 * how many characters a message does not begin with, and of each the message and the code; the same of ends. Then how many examples there are, and of
 * each how many steps: of a step 1 where it is a target plus 2 where it is a text, how many tokens or parts of a text it has, and these: a part is a
 * message, or how long a constant is, less than 0. `bytes`: the texts that no message holds, and the constants, in their order.
 *
 * No numbers: there is no form. False where there is no memory, or a number is not what it may be.
 */
bool forms_take(
    struct chat_forms *own, const uint8_t *roles, int32_t messages, const int32_t *numbers,
    int32_t number_count, const uint8_t *bytes, int32_t byte_count);

void forms_forget(struct chat_forms *own);
void forms_close(struct chat_forms *own);

/* The form of a conversation; NULL where it is not known. */
const struct form *forms_find(const struct chat_forms *own, const struct chat_scan *chat);

/* Whether what the form takes for granted holds. */
bool form_fits(const struct form *form, const struct chat_scan *chat);

/* Where tokens go: those of an example after the other, and 1 for each that is a target. */
struct token_room {
  int32_t *tokens;
  uint8_t *supervised;
  int64_t room, used;
};

enum encoded { encoded_whole, encoded_elsewhere, encoded_no_room };

/*
 * Writes the tokens of a chat, and how many each example has. `encoded_elsewhere`: they are for others to make, or more than `most` in an
 * example.
 */
enum encoded form_encode(
    struct chat_forms *own, const struct form *form, const struct chat_scan *chat, words *words,
    int64_t most, struct token_room *room, int32_t *example_tokens);

#endif
