#include "identity.h"

#include <string.h>

#include "group-words.h"
#include "plain-prompt.h"
#include "sha256.h"
#include "word-hashes.h"

static double hash_of(const workspace *own, const uint8_t *bytes, int32_t length) {
  struct sha256 sha;
  sha256_begin(&sha, own->sha256);
  sha256_add(&sha, bytes, (size_t)length);
  return sha256_number(&sha);
}

/* Of two at once, which is faster. */
static void hash_two(
    const workspace *own, const struct text *one, const struct text *other, double *hash, double *other_hash) {
  struct sha256 sha, other_sha;
  sha256_begin(&sha, own->sha256);
  sha256_begin(&other_sha, own->sha256);
  sha256_add_two(
      &sha, one->bytes, (size_t)one->length, &other_sha, other->bytes, (size_t)other->length);
  sha256_two_numbers(&sha, &other_sha, hash, other_hash);
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
  sha256_begin(&sha, own->sha256);
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
  const int32_t words = word_hashes(own->hash_runs, &lower, &own->runs, units, own->words);
  const int32_t grouped = group_words(&lower, &own->runs, own->marks, own->written);
  struct text whole = lower;
  if (characters != NULL) {
    whole = (struct text){own->signs, write_plain(characters, prompt->bytes, prompt->length, own->signs)};
    own->sort_characters(&whole, own->lower, &own->bits);
    whole.bytes = own->lower;
  }
  find_pieces(&own->bits, whole.length, &own->runs);
  /* No number is marked any more. */
  const struct text plain = {own->marks, plain_prompt(&whole, &own->runs, own->marks)};
  const struct text group = {own->written, grouped};
  if (grouped > 0 && units == NULL) {
    hash_two(own, &plain, &group, &hashes->plain, &hashes->group);
    return words;
  }
  hashes->plain = hash_of(own, plain.bytes, plain.length);
  hashes->group = grouped == 0 ? hashes->prompt : hash_of_units(own, group.bytes, grouped, units);
  return words;
}

/* `asked` is as `askedOf` of services/ingest/src/clean/look.ts writes it, and `both` goes on from there with the answer. */
static void hash_whole(
    const workspace *own, const struct chat *chat, const struct text *prompt, const struct text *answer,
    struct chat_hashes *hashes) {
  struct sha256 asked, other;
  sha256_begin(&asked, own->sha256);
  if (chat->json == NULL) {
    sha256_add(&asked, prompt->bytes, (size_t)prompt->length);
    hashes->asked = hashes->prompt = sha256_number(&asked);
  } else {
    sha256_begin(&other, own->sha256);
    sha256_add(&asked, (const uint8_t *)"[[],[", 5);
    sha256_add_two(
        &asked, chat->json, (size_t)chat->ends[chat->count - 2], &other, prompt->bytes, (size_t)prompt->length);
    sha256_add(&asked, (const uint8_t *)"]]", 2);
    sha256_two_numbers(&asked, &other, &hashes->asked, &hashes->prompt);
  }
  sha256_begin(&other, own->sha256);
  sha256_add(&asked, (const uint8_t *)"", 1);
  sha256_add_two(
      &asked, answer->bytes, (size_t)answer->length, &other, answer->bytes, (size_t)answer->length);
  sha256_two_numbers(&asked, &other, &hashes->both, &hashes->answer);
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
      own->hash_runs, &lower, &own->runs, chat->characters == NULL ? NULL : chat->characters->units, own->words + words);
  const int32_t count = own->find_shingles(own->words, words, own->sorted, own->scratch);
  if (count > room) return -1;
  memcpy(shingles, own->sorted, (size_t)count * sizeof *shingles);
  int32_t signature[permutations];
  own->minhash(&own->permutations, shingles, count, signature);
  bands_of(signature, bands);
  return count;
}
