#include "identity.h"

#include <string.h>

#include "group-words.h"
#include "plain-prompt.h"
#include "plain-signs.h"
#include "sha256.h"
#include "word-hashes.h"

static double hash_of(const workspace *own, const uint8_t *bytes, int32_t length) {
  struct sha256 sha;
  sha256_begin(&sha, own->blocks);
  sha256_add(&sha, bytes, (size_t)length);
  return sha256_number(&sha);
}

/* What the users said, with line ends between them. */
static struct text prompt_of(const workspace *own, const struct chat *chat) {
  int32_t length = 0;
  for (int32_t at = chat->count % 2; at < chat->count; at += 2) {
    if (length > 0) own->text[length++] = '\n';
    const int32_t from = chat->places[at], own_length = chat->places[at + 1] - from;
    memcpy(own->text + length, chat->contents + from, (size_t)own_length);
    length += own_length;
  }
  return (struct text){own->text, length};
}

/* The last message without blanks about it. */
static struct text answer_of(const struct chat *chat) {
  int32_t from = chat->places[chat->count - 1], to = chat->places[chat->count];
  while (from < to && chat->contents[from] <= ' ') from++;
  while (to > from && chat->contents[to - 1] <= ' ') to--;
  return (struct text){chat->contents + from, to - from};
}

/* The text in which words are found of one that may have signs beyond ASCII. */
static struct text words_of(const workspace *own, const struct text *text, bool has_signs) {
  if (!has_signs) return *text;
  return (struct text){own->signs, write_signs(text->bytes, text->length, own->signs)};
}

/* Finds the words of the prompt, too, and returns how many there are. */
static int32_t hash_prompt(
    workspace *own, const struct text *prompt, bool has_signs, struct chat_hashes *hashes) {
  hashes->prompt = hash_of(own, prompt->bytes, prompt->length);
  const struct text said = words_of(own, prompt, has_signs);
  own->sort_characters(&said, own->lower, &own->bits);
  find_runs(&own->bits, said.length, &own->runs);
  const struct text lower = {own->lower, said.length};
  const int32_t words = word_hashes(&lower, &own->runs, own->words);
  const int32_t grouped = group_words(&lower, &own->runs, own->marks, own->written);
  hashes->group = grouped > 0 ? hash_of(own, own->written, grouped) : hashes->prompt;
  struct text whole = lower;
  if (has_signs) {
    write_dots(prompt->bytes, prompt->length, own->signs);
    whole = (struct text){own->signs, prompt->length};
    own->sort_characters(&whole, own->lower, &own->bits);
    whole.bytes = own->lower;
  }
  find_pieces(&own->bits, whole.length, &own->runs);
  hashes->plain = hash_of(own, own->written, plain_prompt(&whole, &own->runs, own->written));
  return words;
}

/* `asked` is as `askedOf` of services/ingest/src/clean/look.ts writes it, and `both` goes on from there with the answer. */
static void hash_answer(workspace *own, const struct chat *chat, const struct text *answer, struct chat_hashes *hashes) {
  hashes->answer = hash_of(own, answer->bytes, answer->length);
  struct sha256 sha;
  sha256_begin(&sha, own->blocks);
  sha256_add(&sha, (const uint8_t *)"[[],[", 5);
  sha256_add(&sha, chat->json, (size_t)chat->ends[chat->count - 2]);
  sha256_add(&sha, (const uint8_t *)"]]", 2);
  hashes->asked = sha256_number(&sha);
  sha256_add(&sha, (const uint8_t *)"", 1);
  sha256_add(&sha, answer->bytes, (size_t)answer->length);
  hashes->both = sha256_number(&sha);
}

int32_t identity_of(workspace *own, const struct chat *chat, struct chat_hashes *hashes, uint32_t bands[band_count],
                    uint32_t *shingles, int32_t room) {
  const int64_t bytes = (int64_t)chat->places[chat->count] - chat->places[0];
  /* A line end stands between each two. */
  if (!workspace_fit(own, bytes + chat->count)) return -1;
  const struct text prompt = prompt_of(own, chat), answer = answer_of(chat);
  int32_t words = hash_prompt(own, &prompt, chat->has_signs, hashes);
  hash_answer(own, chat, &answer, hashes);
  const struct text said = words_of(own, &answer, chat->has_signs);
  own->sort_characters(&said, own->lower, &own->bits);
  find_runs(&own->bits, said.length, &own->runs);
  const struct text lower = {own->lower, said.length};
  words += word_hashes(&lower, &own->runs, own->words + words);
  const int32_t count = shingles_of(own->words, words, own->sorted, own->scratch);
  if (count > room) return -1;
  memcpy(shingles, own->sorted, (size_t)count * sizeof *shingles);
  int32_t signature[permutations];
  own->minhash(&own->permutations, shingles, count, signature);
  bands_of(signature, bands);
  return count;
}
