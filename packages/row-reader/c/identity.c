#include "identity.h"

#include <string.h>

#include "group-words.h"
#include "plain-prompt.h"
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

/* Hashes words of which each byte beyond ASCII stands for a unit. */
static double hash_of_units(const workspace *own, const uint8_t *words, int32_t length, const uint16_t *units) {
  struct sha256 sha;
  sha256_begin(&sha, own->blocks);
  for (int32_t at = 0, from = 0; at < length; from = ++at) {
    while (at < length && words[at] < first_sign) at++;
    sha256_add(&sha, words + from, (size_t)(at - from));
    if (at == length) break;
    const uint16_t unit = units[words[at]];
    const uint8_t last = 0x80 | (unit & 0x3f), middle = 0x80 | (unit >> 6 & 0x3f);
    if (unit < 0x800) sha256_add(&sha, (const uint8_t[]){(uint8_t)(0xc0 | unit >> 6), last}, 2);
    else sha256_add(&sha, (const uint8_t[]){(uint8_t)(0xe0 | unit >> 12), middle, last}, 3);
  }
  return sha256_number(&sha);
}

/* The text in which words are found. */
static struct text words_of(const workspace *own, const struct text *text, const struct known_characters *characters) {
  if (characters == NULL) return *text;
  return (struct text){own->signs, write_words(characters, text->bytes, text->length, own->signs)};
}

/* Hashes what is made of the words of the prompt, and returns how many there are. */
static int32_t hash_prompt(
    workspace *own, const struct text *prompt, const struct known_characters *characters,
    struct chat_hashes *hashes) {
  const uint16_t *units = characters == NULL ? NULL : characters->units;
  const struct text said = words_of(own, prompt, characters);
  own->sort_characters(&said, own->lower, &own->bits);
  find_runs(&own->bits, said.length, &own->runs);
  const struct text lower = {own->lower, said.length};
  const int32_t words = word_hashes(&lower, &own->runs, units, own->words);
  const int32_t grouped = group_words(&lower, &own->runs, own->marks, own->written);
  if (grouped == 0) hashes->group = hashes->prompt;
  else if (units == NULL) hashes->group = hash_of(own, own->written, grouped);
  else hashes->group = hash_of_units(own, own->written, grouped, units);
  struct text whole = lower;
  if (characters != NULL) {
    whole = (struct text){own->signs, write_plain(characters, prompt->bytes, prompt->length, own->signs)};
    own->sort_characters(&whole, own->lower, &own->bits);
    whole.bytes = own->lower;
  }
  find_pieces(&own->bits, whole.length, &own->runs);
  hashes->plain = hash_of(own, own->written, plain_prompt(&whole, &own->runs, own->written));
  return words;
}

/* `asked` is as `askedOf` of services/ingest/src/clean/look.ts writes it, and `both` goes on from there with the answer. */
static void hash_whole(
    const workspace *own, const struct chat *chat, const struct text *prompt, const struct text *answer,
    struct chat_hashes *hashes) {
  hashes->answer = hash_of(own, answer->bytes, answer->length);
  struct sha256 sha;
  sha256_begin(&sha, own->blocks);
  if (chat->json == NULL) sha256_add(&sha, prompt->bytes, (size_t)prompt->length);
  else {
    sha256_add(&sha, (const uint8_t *)"[[],[", 5);
    sha256_add(&sha, chat->json, (size_t)chat->ends[chat->count - 2]);
    sha256_add(&sha, (const uint8_t *)"]]", 2);
  }
  hashes->asked = sha256_number(&sha);
  hashes->prompt = chat->json == NULL ? hashes->asked : hash_of(own, prompt->bytes, prompt->length);
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
  hash_whole(own, chat, &prompt, &answer, hashes);
  int32_t words = hash_prompt(own, &prompt, chat->characters, hashes);
  const struct text said = words_of(own, &answer, chat->characters);
  own->sort_characters(&said, own->lower, &own->bits);
  find_runs(&own->bits, said.length, &own->runs);
  const struct text lower = {own->lower, said.length};
  words += word_hashes(
      &lower, &own->runs, chat->characters == NULL ? NULL : chat->characters->units, own->words + words);
  const int32_t count = shingles_of(own->words, words, own->sorted, own->scratch);
  if (count > room) return -1;
  memcpy(shingles, own->sorted, (size_t)count * sizeof *shingles);
  int32_t signature[permutations];
  own->minhash(&own->permutations, shingles, count, signature);
  bands_of(signature, bands);
  return count;
}
