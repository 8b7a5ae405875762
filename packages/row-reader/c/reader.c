#include "reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chat-forms.h"
#include "chat-json.h"
#include "chat-scan.h"
#include "identity.h"
#include "personal-signs.h"
#include "special-tokens.h"
#include "words.h"

struct reader {
  words *words;
  workspace *workspace;
  struct special_tokens specials;
  struct chat_forms forms;
  struct chat_scan chat;
  /* Of completions: the columns of prompts and of completions. */
  struct column_name names[2];
  bool reads_completions;
  struct known_characters characters;
  /* How often the line that is next was stopped at for a character. */
  int32_t stops;
  int64_t contents_room;
  /* Where each message ends in its JSON. */
  int32_t ends[most_places];
};

reader *lathe_reader_open(
    words *words, const uint8_t *beginnings, int32_t specials, const uint8_t *lasts, int32_t reach) {
  reader *own = calloc(1, sizeof *own);
  if (own == NULL) return NULL;
  own->words = words;
  own->chat.characters = &own->characters;
  own->workspace = workspace_open(~0u);
  if (!characters_open(&own->characters) || own->workspace == NULL) {
    lathe_reader_close(own);
    return NULL;
  }
  special_tokens_set(&own->specials, beginnings, specials, lasts, reach);
  return own;
}

int32_t lathe_reader_name_columns(
    reader *own, const uint8_t *prompt, int32_t prompt_bytes, const uint8_t *completion, int32_t completion_bytes) {
  if (prompt_bytes < 1 || prompt_bytes > longest_name) return 0;
  if (completion_bytes < 1 || completion_bytes > longest_name) return 0;
  own->names[0].length = prompt_bytes;
  memcpy(own->names[0].bytes, prompt, (size_t)prompt_bytes);
  own->names[1].length = completion_bytes;
  memcpy(own->names[1].bytes, completion, (size_t)completion_bytes);
  own->reads_completions = true;
  return 1;
}

void lathe_reader_close(reader *own) {
  if (own == NULL) return;
  workspace_close(own->workspace);
  forms_close(&own->forms);
  characters_close(&own->characters);
  free(own->chat.contents);
  free(own);
}

int32_t lathe_reader_take_form(
    reader *own, const uint8_t *roles, int32_t messages, const int32_t *numbers,
    int32_t number_count, const uint8_t *bytes, int32_t byte_count) {
  return forms_take(&own->forms, roles, messages, numbers, number_count, bytes, byte_count);
}

void lathe_reader_forget_forms(reader *own) {
  forms_forget(&own->forms);
}

int32_t lathe_reader_character(const reader *own) {
  return own->chat.character;
}

void lathe_reader_take_character(reader *own, int32_t character, const int32_t *told, int32_t count) {
  character_take(&own->characters, character, told, count);
}

int32_t lathe_reader_roles(const reader *own, uint8_t *roles) {
  memcpy(roles, own->chat.roles, (size_t)own->chat.count);
  return own->chat.count;
}

static bool fit_contents(reader *own, int64_t length) {
  const int64_t needed = scan_room(length);
  if (needed <= own->contents_room) return true;
  uint8_t *contents = malloc(2 * (size_t)needed);
  if (contents == NULL) return false;
  free(own->chat.contents);
  own->chat.contents = contents;
  own->contents_room = 2 * needed;
  return true;
}

/* Adds a question about a content of the row that comes next; false where there is no room. */
static bool ask(struct found *found, enum question what, const uint8_t *content, int32_t length) {
  if (found->asked_used + 3 > found->asked_room ||
      length > found->asked_bytes_room - found->asked_bytes_used)
    return false;
  int32_t *asked = found->asked + found->asked_used;
  asked[0] = (int32_t)found->row_used;
  asked[1] = (int32_t)what;
  asked[2] = length;
  memcpy(found->asked_bytes + found->asked_bytes_used, content, (size_t)length);
  found->asked_used += 3;
  found->asked_bytes_used += length;
  return true;
}

/* Asks what is to be asked of the contents; false where there is no room. */
static bool ask_about(const reader *own, struct found *found) {
  const struct chat_scan *chat = &own->chat;
  const struct special_tokens *specials = &own->specials;
  const bool may_hold = may_hold_special(specials, chat->contents, chat->places[chat->count]);
  for (int32_t message = 0; message < chat->count; message++) {
    const uint8_t *content = chat->contents + chat->places[message];
    const int32_t length = chat->places[message + 1] - chat->places[message];
    if (may_join_special(specials, content, length) || (may_hold && may_hold_special(specials, content, length)))
      if (!ask(found, question_special, content, length)) return false;
    if (may_hold_personal_data(content, length))
      if (!ask(found, question_personal, content, length)) return false;
  }
  return true;
}

/* What became of a line. */
enum outcome { outcome_row, outcome_other, outcome_form, outcome_room, outcome_character };

/* Writes the JSON of a row, and returns how long it is; `messages`: where those of a chat begin. */
static int32_t write_json(
    reader *own, const uint8_t *line, double number, int32_t examples, uint8_t *json, const uint8_t **messages) {
  *messages = NULL;
  if (own->reads_completions)
    return write_completion_json(&own->chat, line, (int64_t)number, json);
  const struct written_chat written =
      write_chat_json(&own->chat, line, (int64_t)number, examples, json, own->ends);
  *messages = json + written.messages_at;
  return written.length;
}

/* Reads the chat or the completion that was scanned; where it is a row, all that is used grows. */
static enum outcome read_scanned(
    reader *own, const uint8_t *line, double number, int64_t most_tokens, struct found *found) {
  const struct chat_scan *chat = &own->chat;
  const struct form *form = forms_find(&own->forms, chat);
  if (form == NULL) return outcome_form;
  if (!form->is_there || !form_fits(form, chat)) return outcome_other;
  struct found next = *found;
  if (next.row_used == next.row_room) return outcome_room;
  if (form->examples > next.example_room - next.example_used) return outcome_room;
  struct token_room tokens = {
      next.tokens, next.supervised, next.token_room, next.token_used};
  const enum encoded encoded = form_encode(
      &own->forms, form, chat, own->words, most_tokens, &tokens, next.examples + next.example_used);
  if (encoded == encoded_no_room) return outcome_room;
  if (encoded == encoded_elsewhere) return outcome_other;
  if (!ask_about(own, &next)) return outcome_room;
  const int64_t most_json = chat_json_room(chat) + 1;
  if (most_json > next.json_room - next.json_used) return outcome_room;
  const uint8_t *messages;
  uint8_t *json = next.json + next.json_used;
  int32_t written = write_json(own, line, number, form->examples, json, &messages);
  json[written++] = '\n';
  const int32_t bytes = chat->places[chat->count];
  const int64_t left = next.likeness_room - next.likeness_used - band_count;
  /* There are no more shingles than words, nor words than bytes. */
  if (left < 0 || (left < bytes && left < most_shingles)) return outcome_room;
  const struct chat identified = {
      chat->count, chat->contents, chat->places, messages, own->ends,
      chat->is_ascii ? NULL : &own->characters};
  struct chat_hashes hashes;
  uint32_t bands[band_count];
  uint32_t *likeness = next.likeness + next.likeness_used;
  const int32_t shingles = identity_of(
      own->workspace, &identified, &hashes, bands, likeness,
      left > INT32_MAX ? INT32_MAX : (int32_t)left);
  if (shingles < 0) return outcome_other;
  memcpy(likeness + shingles, bands, sizeof bands);
  double *facts = next.facts + fact_count * next.row_used;
  facts[0] = number;
  facts[1] = (double)(tokens.used - next.token_used);
  facts[2] = written;
  facts[3] = shingles;
  facts[4] = band_count;
  facts[5] = hashes.both;
  facts[6] = hashes.prompt;
  facts[7] = hashes.plain;
  facts[8] = hashes.group;
  facts[9] = hashes.answer;
  facts[10] = hashes.asked;
  next.rows[2 * next.row_used] = (int32_t)next.line;
  next.rows[2 * next.row_used + 1] = form->examples;
  next.token_used = tokens.used;
  next.json_used += written;
  next.likeness_used += shingles + band_count;
  next.example_used += form->examples;
  next.row_used++;
  *found = next;
  return outcome_row;
}

static enum outcome read_line(reader *own, const struct lines *lines, struct found *found) {
  const double number = lines->numbers[found->line];
  const int32_t start = lines->starts[found->line], end = lines->ends[found->line];
  /* Numbers of lines are whole, and exact in this form. */
  if (!(number >= 0 && number < 0x1p53) || number != floor(number)) return outcome_other;
  if (start < 0 || end < start || end > lines->byte_count) return outcome_other;
  const int32_t length = end - start;
  if (length > lines->most_bytes || length > longest_line) return outcome_other;
  if (!fit_contents(own, length)) return outcome_other;
  const uint8_t *line = lines->bytes + start;
  const enum scanned scanned = own->reads_completions
                                   ? completion_scan(&own->chat, own->names, line, length)
                                   : chat_scan(&own->chat, line, length);
  if (scanned == scanned_character) return outcome_character;
  if (scanned == scanned_other) return outcome_other;
  return read_scanned(own, line, number, lines->most_tokens, found);
}

int32_t lathe_reader_read(reader *own, const struct lines *lines, struct found *found) {
  if (found->line == 0 && own->stops == 0) characters_renew(&own->characters);
  while (found->line < lines->count) {
    const enum outcome outcome = read_line(own, lines, found);
    if (outcome == outcome_form) return stop_form;
    if (outcome == outcome_room) return stop_room;
    if (outcome == outcome_character && own->stops < most_stops) {
      own->stops++;
      return stop_character;
    }
    own->stops = 0;
    found->line++;
  }
  return stop_end;
}
