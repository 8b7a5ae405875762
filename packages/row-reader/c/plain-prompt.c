#include "plain-prompt.h"

#include "characters.h"

int32_t plain_prompt(const struct text *text, uint8_t *plain) {
  int32_t length = 0;
  /* Where the signs begin that end the word, if a blank follows them. */
  int32_t stops = -1;
  for (int32_t at = 0; at < text->length; at++) {
    const uint8_t character = text->bytes[at], kind = kind_of(character);
    if (kind & is_white) {
      if (stops >= 0) length = stops;
      stops = -1;
      if (length > 0 && plain[length - 1] != ' ') plain[length++] = ' ';
      continue;
    }
    if ((kind & is_stop) == 0)
      stops = -1;
    else if (stops < 0)
      stops = length;
    plain[length++] = character | (kind & is_upper);
  }
  if (stops >= 0) length = stops;
  return length > 0 && plain[length - 1] == ' ' ? length - 1 : length;
}
