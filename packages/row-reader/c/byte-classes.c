#include "byte-classes.h"

#include "byte-vectors.h"

const uint8_t byte_classes[256] = {
    ['\t'] = blank, ['\n'] = blank, ['\v'] = blank, ['\f'] = blank, ['\r'] = blank, [' '] = blank,
    ['0'] = digit,  ['1'] = digit,  ['2'] = digit,  ['3'] = digit,  ['4'] = digit,  ['5'] = digit,
    ['6'] = digit,  ['7'] = digit,  ['8'] = digit,  ['9'] = digit,  ['A'] = letter, ['B'] = letter,
    ['C'] = letter, ['D'] = letter, ['E'] = letter, ['F'] = letter, ['G'] = letter, ['H'] = letter,
    ['I'] = letter, ['J'] = letter, ['K'] = letter, ['L'] = letter, ['M'] = letter, ['N'] = letter,
    ['O'] = letter, ['P'] = letter, ['Q'] = letter, ['R'] = letter, ['S'] = letter, ['T'] = letter,
    ['U'] = letter, ['V'] = letter, ['W'] = letter, ['X'] = letter, ['Y'] = letter, ['Z'] = letter,
    ['a'] = letter, ['b'] = letter, ['c'] = letter, ['d'] = letter, ['e'] = letter, ['f'] = letter,
    ['g'] = letter, ['h'] = letter, ['i'] = letter, ['j'] = letter, ['k'] = letter, ['l'] = letter,
    ['m'] = letter, ['n'] = letter, ['o'] = letter, ['p'] = letter, ['q'] = letter, ['r'] = letter,
    ['s'] = letter, ['t'] = letter, ['u'] = letter, ['v'] = letter, ['w'] = letter, ['x'] = letter,
    ['y'] = letter, ['z'] = letter, [digit_goes_on] = digit,
};

struct byte_masks byte_masks_plain(const uint8_t *bytes) {
  struct byte_masks masks = {0};
  for (int at = 0; at < 64; at++) {
    const uint8_t byte = bytes[at], class = byte_classes[byte];
    masks.letters |= (uint64_t)(class == letter) << at;
    masks.digits |= (uint64_t)(class == digit) << at;
    masks.blanks |= (uint64_t)(class == blank) << at;
    masks.spaces |= (uint64_t)(byte == ' ') << at;
    masks.apostrophes |= (uint64_t)(byte == '\'') << at;
  }
  return masks;
}

#if defined(__SSE2__)

struct byte_masks byte_masks_of(const uint8_t *bytes) {
  struct byte_masks masks = {0};
  for (int at = 0; at < 64; at += 16) {
    const __m128i some = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
    const __m128i spaces = are(some, ' ');
    masks.letters |= bits_of(are_within(_mm_or_si128(some, _mm_set1_epi8(0x20)), 'a', 26), at);
    masks.digits |= bits_of(_mm_or_si128(are_within(some, '0', 10), are(some, (char)digit_goes_on)), at);
    masks.blanks |= bits_of(_mm_or_si128(spaces, are_within(some, '\t', 5)), at);
    masks.spaces |= bits_of(spaces, at);
    masks.apostrophes |= bits_of(are(some, '\''), at);
  }
  return masks;
}

#else

struct byte_masks byte_masks_of(const uint8_t *bytes) {
  return byte_masks_plain(bytes);
}

#endif
