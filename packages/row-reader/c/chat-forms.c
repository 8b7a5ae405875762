#define _GNU_SOURCE
#include "chat-forms.h"

#include <stdlib.h>
#include <string.h>

enum { is_target = 1, is_text = 2 };

/* Numbers and bytes of a form while they are looked at. */
struct form_reading {
  const int32_t *numbers;
  int32_t count, at, bytes, bytes_at;
  bool is_right;
};

/* The next number, which must be from `least` to `most`. */
static int32_t next(struct form_reading *own, int32_t least, int32_t most) {
  if (own->at >= own->count) own->is_right = false;
  if (!own->is_right) return 0;
  const int32_t number = own->numbers[own->at++];
  if (number < least || number > most) own->is_right = false;
  return own->is_right ? number : 0;
}

/* How many bytes follow. */
static void next_bytes(struct form_reading *own, int32_t length) {
  if (length > own->bytes - own->bytes_at) own->is_right = false;
  else own->bytes_at += length;
}

static void look_at_step(struct form_reading *own, int32_t messages) {
  const int32_t kind = next(own, 0, is_target | is_text);
  const int32_t count = next(own, 1, INT32_MAX);
  for (int32_t at = 0; at < count && own->is_right; at++) {
    if ((kind & is_text) == 0) next(own, 0, INT32_MAX);
    else {
      const int32_t part = next(own, -INT32_MAX, messages - 1);
      if (part < 0) next_bytes(own, -part);
    }
  }
}

/* Whether all numbers are what they may be; finds where what begins. */
static bool look_at_form(struct form *form, int32_t number_count, int32_t byte_count) {
  const int32_t messages = form->count, most = number_count;
  struct form_reading own = {form->numbers, number_count, 0, byte_count, 0, true};
  form->is_of_ascii = next(&own, 0, 1) == 1;
  for (int32_t left = next(&own, 0, most); left > 0 && own.is_right; left--)
    next(&own, 0, messages - 1);
  for (int32_t left = next(&own, 0, most); left > 0 && own.is_right; left--)
    next_bytes(&own, next(&own, 1, INT32_MAX));
  for (int edge = 0; edge < 2; edge++)
    for (int32_t left = next(&own, 0, most); left > 0 && own.is_right; left--) {
      next(&own, 0, messages - 1);
      next(&own, 0, INT32_MAX);
    }
  form->examples = next(&own, 1, messages);
  form->steps_at = own.at;
  form->constants_at = own.bytes_at;
  for (int32_t example = 0; example < form->examples && own.is_right; example++)
    for (int32_t left = next(&own, 1, most); left > 0 && own.is_right; left--)
      look_at_step(&own, messages);
  return own.is_right && own.at == own.count;
}

void forms_forget(struct chat_forms *own) {
  for (int32_t at = 0; at < own->count; at++) {
    free(own->forms[at].numbers);
    free(own->forms[at].bytes);
  }
  own->count = 0;
}

void forms_close(struct chat_forms *own) {
  forms_forget(own);
  free(own->text);
  free(own->shape);
}

bool forms_take(
    struct chat_forms *own, const uint8_t *roles, int32_t messages, const int32_t *numbers,
    int32_t number_count, const uint8_t *bytes, int32_t byte_count) {
  if (messages < 1 || messages >= most_places) return false;
  if (own->count == kept_forms) forms_forget(own);
  struct form *form = &own->forms[own->count];
  memset(form, 0, sizeof *form);
  memcpy(form->roles, roles, (size_t)messages);
  form->count = messages;
  form->is_there = number_count > 0;
  if (form->is_there) {
    form->numbers = malloc((size_t)number_count * sizeof *numbers);
    form->bytes = malloc((size_t)byte_count + 1);
    if (form->numbers != NULL) memcpy(form->numbers, numbers, (size_t)number_count * sizeof *numbers);
    if (form->bytes != NULL && byte_count > 0) memcpy(form->bytes, bytes, (size_t)byte_count);
    if (form->numbers == NULL || form->bytes == NULL ||
        !look_at_form(form, number_count, byte_count)) {
      free(form->numbers);
      free(form->bytes);
      return false;
    }
  }
  own->count++;
  return true;
}

const struct form *forms_find(const struct chat_forms *own, const struct chat_scan *chat) {
  for (int32_t at = 0; at < own->count; at++) {
    const struct form *form = &own->forms[at];
    if (form->count == chat->count && memcmp(form->roles, chat->roles, (size_t)chat->count) == 0)
      return form;
  }
  return NULL;
}

bool form_fits(const struct form *form, const struct chat_scan *chat) {
  if (form->is_of_ascii && !chat->is_ascii) return false;
  const int32_t *numbers = form->numbers + 1;
  const uint8_t *bytes = form->bytes, *contents = chat->contents;
  const int32_t *places = chat->places;
  for (int32_t left = *numbers++; left > 0; left--) {
    const int32_t message = *numbers++;
    if (contents[places[message]] <= ' ' || contents[places[message + 1] - 1] <= ' ') return false;
  }
  for (int32_t left = *numbers++; left > 0; left--) {
    const size_t length = (size_t)*numbers++;
    if (memmem(contents, (size_t)places[chat->count], bytes, length) != NULL) return false;
    bytes += length;
  }
  for (int32_t left = *numbers++; left > 0; left--, numbers += 2)
    if (contents[places[numbers[0]]] == numbers[1]) return false;
  for (int32_t left = *numbers++; left > 0; left--, numbers += 2) {
    int32_t at = places[numbers[0] + 1] - 1;
    while (contents[at] <= ' ') at--;
    if (contents[at] == numbers[1]) return false;
  }
  return true;
}

/* A text, and how far the constants before it are read. */
struct form_text {
  const uint8_t *bytes;
  int64_t length;
};

/* Makes room for so many bytes, of which none is kept; false where there is no memory. */
static bool fit(uint8_t **bytes, int64_t *room, int64_t length) {
  if (length <= *room) return true;
  uint8_t *larger = malloc(2 * (size_t)length);
  if (larger == NULL) return false;
  free(*bytes);
  *bytes = larger;
  *room = 2 * length;
  return true;
}

/* The shape of a text (known-characters.h); NULL where there is no memory. */
static const uint8_t *shape_of(struct chat_forms *own, const struct form_text *text, const struct chat_scan *chat) {
  if (chat->is_ascii) return text->bytes;
  if (!fit(&own->shape, &own->shape_room, text->length)) return NULL;
  write_shape(chat->characters, text->bytes, (int32_t)text->length, own->shape);
  return own->shape;
}

/* Puts a text together of its parts; `constants` goes on behind those that it has. Without bytes where there is no memory. */
static struct form_text text_of(
    struct chat_forms *own, const int32_t *parts, int32_t count, const struct chat_scan *chat,
    const uint8_t **constants) {
  const int32_t *places = chat->places;
  if (count == 1 && parts[0] >= 0)
    return (struct form_text){
        chat->contents + places[parts[0]], places[parts[0] + 1] - places[parts[0]]};
  int64_t length = 0;
  for (int32_t at = 0; at < count; at++)
    length += parts[at] < 0 ? -(int64_t)parts[at] : places[parts[at] + 1] - places[parts[at]];
  if (!fit(&own->text, &own->text_room, length)) return (struct form_text){NULL, 0};
  uint8_t *to = own->text;
  for (int32_t at = 0; at < count; at++) {
    const bool is_constant = parts[at] < 0;
    const uint8_t *from = is_constant ? *constants : chat->contents + places[parts[at]];
    const int32_t size = is_constant ? -parts[at] : places[parts[at] + 1] - places[parts[at]];
    memcpy(to, from, (size_t)size);
    to += size;
    if (is_constant) *constants += size;
  }
  return (struct form_text){own->text, length};
}

enum encoded form_encode(
    struct chat_forms *own, const struct form *form, const struct chat_scan *chat, words *words,
    int64_t most, struct token_room *room, int32_t *example_tokens) {
  const int32_t *numbers = form->numbers + form->steps_at;
  const uint8_t *constants = form->bytes + form->constants_at;
  for (int32_t example = 0; example < form->examples; example++) {
    const int64_t from = room->used;
    for (int32_t left = *numbers++; left > 0; left--) {
      const int32_t kind = numbers[0], count = numbers[1];
      numbers += 2;
      int64_t added = count;
      if ((kind & is_text) == 0) {
        if (count > room->room - room->used) return encoded_no_room;
        memcpy(room->tokens + room->used, numbers, (size_t)count * sizeof *numbers);
      } else {
        const struct form_text text = text_of(own, numbers, count, chat, &constants);
        if (text.bytes == NULL || text.length > INT32_MAX) return encoded_elsewhere;
        if (text.length > room->room - room->used) return encoded_no_room;
        const uint8_t *shape = shape_of(own, &text, chat);
        if (shape == NULL) return encoded_elsewhere;
        added = words_append(
            words, text.bytes, shape, (int32_t)text.length, room->tokens + room->used,
            room->room - room->used);
        if (added < 0) return encoded_elsewhere;
      }
      memset(room->supervised + room->used, kind & is_target, (size_t)added);
      room->used += added;
      numbers += count;
    }
    const int64_t tokens = room->used - from;
    if (tokens > most) return encoded_elsewhere;
    /* Nothing is before the first token that it could be predicted from. */
    if (tokens > 0) room->supervised[from] = 0;
    example_tokens[example] = (int32_t)tokens;
  }
  return encoded_whole;
}
