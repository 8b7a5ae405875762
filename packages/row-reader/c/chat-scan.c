#include "chat-scan.h"

#include <string.h>

#include "line-reading.h"

const char *const role_names[role_count] = {"system", "developer", "user", "assistant"};

static bool takes_word(struct line_reading *own, const char *word) {
  return takes(own, word, (int32_t)strlen(word));
}

/* role_count: another one. */
static enum role takes_role(struct line_reading *own) {
  if (!opens(own, ':')) return role_count;
  enum role role = 0;
  while (role < role_count && !takes_word(own, role_names[role])) role++;
  return role;
}

/* Whether nobody is warned of a role in its place: one that tells the model what it is, and then user and assistant in turns. */
static bool follows(const struct chat_scan *scan, enum role role) {
  const bool asked = scan->count > 0 && scan->roles[scan->count - 1] == role_user;
  if (role == role_user) return !asked;
  if (role == role_assistant) return asked;
  return scan->count == 0;
}

static bool takes_message(struct line_reading *own, struct chat_scan *scan) {
  const int32_t count = scan->count;
  if (count + 1 >= most_places || !opens(own, '{')) return false;
  const bool is_role_first = takes_word(own, "role");
  enum role role = role_count;
  if (is_role_first) {
    role = takes_role(own);
    if (role == role_count || !opens(own, ',')) return false;
  }
  if (!takes_word(own, "content") || !opens(own, ':') || !opens(own, '"')) return false;
  scan->froms[count] = own->at;
  if (!takes_content(own, scan)) return false;
  scan->tos[count] = own->at - 1;
  if (!is_role_first) {
    if (!opens(own, ',') || !takes_word(own, "role")) return false;
    role = takes_role(own);
  }
  if (role == role_count || !opens(own, '}') || !follows(scan, role)) return false;
  scan->roles[count] = (uint8_t)role;
  scan->count++;
  return true;
}

static bool takes_chat(struct chat_scan *scan, const uint8_t *line, int32_t length) {
  struct line_reading own = {line, length, 0};
  if (!opens(&own, '{') || !takes_word(&own, "messages") || !opens(&own, ':') || !opens(&own, '['))
    return false;
  do
    if (!takes_message(&own, scan)) return false;
  while (opens(&own, ','));
  if (!opens(&own, ']') || !opens(&own, '}')) return false;
  skip_blanks(&own);
  return own.at == length && scan->roles[scan->count - 1] == role_assistant;
}

/* Takes a column of that name and what it says as message `count`. */
static bool takes_column(
    struct line_reading *own, struct chat_scan *scan, const struct column_name *name, int32_t count) {
  struct line_reading ahead = *own;
  if (!takes(&ahead, name->bytes, name->length) || !opens(&ahead, ':') || !opens(&ahead, '"'))
    return false;
  scan->count = count;
  scan->froms[count] = ahead.at;
  if (!takes_content(&ahead, scan)) return false;
  scan->tos[count] = ahead.at - 1;
  *own = ahead;
  return true;
}

static bool takes_columns(struct line_reading *own, struct chat_scan *scan, const struct column_name names[2]) {
  const struct column_name *prompt = names, *completion = names + 1;
  if (takes_column(own, scan, prompt, 0))
    return opens(own, ',') && takes_column(own, scan, completion, 1);
  /* The contents are in their order: what is first here is read once more. */
  struct line_reading again = *own;
  return takes_column(own, scan, completion, 0) && opens(own, ',') &&
         takes_column(own, scan, prompt, 0) && takes_column(&again, scan, completion, 1);
}

static bool takes_completion(
    struct chat_scan *scan, const struct column_name names[2], const uint8_t *line, int32_t length) {
  struct line_reading own = {line, length, 0};
  if (!opens(&own, '{') || !takes_columns(&own, scan, names) || !opens(&own, '}')) return false;
  skip_blanks(&own);
  scan->roles[0] = role_user;
  scan->roles[1] = role_assistant;
  scan->count = 2;
  return own.at == length;
}

static enum scanned scan_line(struct chat_scan *scan, const struct column_name *names, const uint8_t *line, int32_t length) {
  scan->count = 0;
  scan->places[0] = 0;
  scan->is_ascii = true;
  scan->character = -1;
  const bool is_taken =
      length <= longest_line &&
      (names == NULL ? takes_chat(scan, line, length) : takes_completion(scan, names, line, length));
  if (is_taken) return scanned_chat;
  return scan->character < 0 ? scanned_other : scanned_character;
}

enum scanned chat_scan(struct chat_scan *scan, const uint8_t *line, int32_t length) {
  return scan_line(scan, NULL, line, length);
}

enum scanned completion_scan(
    struct chat_scan *scan, const struct column_name names[2], const uint8_t *line, int32_t length) {
  return scan_line(scan, names, line, length);
}
