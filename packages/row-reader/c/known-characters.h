/*
 * Characters beyond ASCII of which it was told what texts with them say (services/ingest/src/clean/character-numbers.ts), so that rows with them
 * are read as those of ASCII are.
 */
#ifndef LATHE_KNOWN_CHARACTERS_H
#define LATHE_KNOWN_CHARACTERS_H

#include <stdbool.h>
#include <stdint.h>

/* Characters of higher codes are for others. */
enum { known_codes = 0x20000 };

/* What patterns of pre-tokenizers tell characters apart by; rows with those that are refused are for others. */
enum character_class { class_unknown, class_refused, class_letter, class_number, class_other };

/* No form takes more bytes than the character does in UTF-8. */
enum { longest_character = 4 };

/* Facts of a character. */
struct character_facts {
  uint8_t class;
  /* Whether its lower case is known only where no letter stands before it: capital sigma has another one at the end of words. */
  bool is_apart;
  uint8_t plain_bytes, word_bytes;
  /* NFKC in lower case, as UTF-8, and as words and operators are found in: by stand-ins. */
  uint8_t plain[longest_character], words[longest_character];
};

/*
 * In texts in which words are found each character has one byte: a letter or a sign of operators beyond ASCII has a stand-in, which it gets
 * when it is first told (characters.h has which are letters), and what parts words is '#'. There are stand-ins of 96 letters and 32 signs.
 */
enum { first_sign = 0x80, first_letter = 0xa0, stand_ins_end = 0x100 };

struct known_characters {
  struct character_facts *facts;
  int32_t letters, signs;
  /* Whether a character was refused since there was no stand-in for it. */
  bool is_full;
  /* The UTF-16 unit that each byte stands for. */
  uint16_t units[stand_ins_end];
};

/* False where there is no memory. */
bool characters_open(struct known_characters *own);
void characters_close(struct known_characters *own);

/* Forgets all that was told where the stand-ins did not suffice: other rows have other characters. Only between rows. */
void characters_renew(struct known_characters *own);

/*
 * How often the reading of one row stops to ask for a character: it begins again each time, so that a row with more than so many new ones
 * is for others.
 */
enum { most_stops = 128 };

/* Facts of a character; its class is `class_unknown` before they were told. */
struct character_facts facts_of(const struct known_characters *own, int32_t character);

/*
 * Takes what is told of a character: its class, whether it must stand apart, how many bytes and units its forms have; then the bytes of the
 * plain form, and each unit of the other one times 4 and what it is: 0 parts words, 1 is a letter, 2 a sign, where it is beyond ASCII.
 * A character is refused of which less is told, whose forms are too long, or for which there is no stand-in any more.
 */
void character_take(struct known_characters *own, int32_t character, const int32_t *told, int32_t count);

/* The character that begins there and how many bytes it has; -1 where that is not UTF-8. */
int32_t character_at(const uint8_t *bytes, int32_t length, int32_t *size);

/*
 * How many bytes the character beyond ASCII has that begins at `bytes` and stands at `to` of a content; 0 where rows with it there are for others. `unknown`
 * is the character where nothing was told of it.
 */
int32_t taken_character(
    const struct known_characters *own, const uint8_t *bytes, int32_t length, const uint8_t *content, const uint8_t *to,
    int32_t *unknown);

/* Writes a text as its words and operators are found in, and returns how long it is: no longer. */
int32_t write_words(const struct known_characters *own, const uint8_t *text, int32_t length, uint8_t *written);

/* Writes a text in NFKC, what is beyond ASCII in lower case, and returns how long it is: no longer. */
int32_t write_plain(const struct known_characters *own, const uint8_t *text, int32_t length, uint8_t *written);

/*
 * Writes a text of the same length that is cut into words at the same places (cutters.h): letters beyond ASCII are as many letters of
 * ASCII, and of numbers a digit and what goes on with it.
 */
void write_shape(const struct known_characters *own, const uint8_t *text, int32_t length, uint8_t *written);

#endif
