#include "characters.h"

enum { upper = is_letter | is_upper };

#define EIGHT(from, kind)                                                                        \
  [from] = kind, [from + 1] = kind, [from + 2] = kind, [from + 3] = kind, [from + 4] = kind,     \
  [from + 5] = kind, [from + 6] = kind, [from + 7] = kind

const uint8_t character_kinds[256] = {
    ['\t'] = is_white, ['\n'] = is_white, ['\v'] = is_white, ['\f'] = is_white,
    ['\r'] = is_white, [' '] = is_white,
    ['0'] = is_digit, ['1'] = is_digit, ['2'] = is_digit, ['3'] = is_digit, ['4'] = is_digit,
    ['5'] = is_digit, ['6'] = is_digit, ['7'] = is_digit, ['8'] = is_digit, ['9'] = is_digit,
    ['a'] = is_letter, ['b'] = is_letter, ['c'] = is_letter, ['d'] = is_letter, ['e'] = is_letter,
    ['f'] = is_letter, ['g'] = is_letter, ['h'] = is_letter, ['i'] = is_letter, ['j'] = is_letter,
    ['k'] = is_letter, ['l'] = is_letter, ['m'] = is_letter, ['n'] = is_letter, ['o'] = is_letter,
    ['p'] = is_letter, ['q'] = is_letter, ['r'] = is_letter, ['s'] = is_letter, ['t'] = is_letter,
    ['u'] = is_letter, ['v'] = is_letter, ['w'] = is_letter, ['x'] = is_letter, ['y'] = is_letter,
    ['z'] = is_letter,
    ['A'] = upper, ['B'] = upper, ['C'] = upper, ['D'] = upper, ['E'] = upper, ['F'] = upper,
    ['G'] = upper, ['H'] = upper, ['I'] = upper, ['J'] = upper, ['K'] = upper, ['L'] = upper,
    ['M'] = upper, ['N'] = upper, ['O'] = upper, ['P'] = upper, ['Q'] = upper, ['R'] = upper,
    ['S'] = upper, ['T'] = upper, ['U'] = upper, ['V'] = upper, ['W'] = upper, ['X'] = upper,
    ['Y'] = upper, ['Z'] = upper,
    [')'] = is_closing, [']'] = is_closing, ['('] = is_opening, ['['] = is_opening,
    ['+'] = is_sign, ['-'] = is_sign, ['*'] = is_sign, ['/'] = is_sign, ['='] = is_sign,
    ['<'] = is_sign, ['>'] = is_sign, ['^'] = is_sign, ['%'] = is_sign, ['|'] = is_sign,
    ['&'] = is_sign, ['~'] = is_sign, ['!'] = is_sign | is_stop,
    ['.'] = is_stop, [','] = is_stop, [';'] = is_stop, [':'] = is_stop, ['?'] = is_stop,
    ['"'] = is_stop, ['\''] = is_stop,
    /* Stand-ins of known-characters.h. */
    EIGHT(0x80, is_sign), EIGHT(0x88, is_sign), EIGHT(0x90, is_sign), EIGHT(0x98, is_sign),
    EIGHT(0xa0, is_letter), EIGHT(0xa8, is_letter), EIGHT(0xb0, is_letter), EIGHT(0xb8, is_letter),
    EIGHT(0xc0, is_letter), EIGHT(0xc8, is_letter), EIGHT(0xd0, is_letter), EIGHT(0xd8, is_letter),
    EIGHT(0xe0, is_letter), EIGHT(0xe8, is_letter), EIGHT(0xf0, is_letter), EIGHT(0xf8, is_letter),
};
