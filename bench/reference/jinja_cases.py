"""Small templates for jinja_table.py, one construct each, by kind."""

CONTEXT = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "\n  Hello\n", "n": 1},
        {"role": "user", "content": None},
    ],
    "text": "  Déjà vu 😀 x  ",
    "lines": "one\n  two\n\nthree",
    "astral": "a😀b\U00010400c",
    "odd": "\ufeff\x1c\x85 x\u2028\x1f",
    "quote": "it's \"so\"\n\t\\ \x00\x7f\xa0é\u200b😀",
    "items": [3, 1, 2],
    "mixed": [1, 2.5, True, None, "x", [1], {"a": 1}],
    "words": ["b", "A", "c", "a"],
    "people": [
        {"name": "Bo", "age": 3, "home": {"city": "Ulm"}},
        {"name": "al", "age": 2, "home": {"city": "Bern"}},
        {"name": "Cy", "age": 3, "home": {"city": "ulm"}},
    ],
    "d": {"b": 1, "a": "x", "C": None, "items": 5, "get": 6},
    "nested": {"z": [1, {"y": "é\n\"</script>"}], "a": {"n": None, "t": True, "f": 1.5, "big": 123456789012345}},
    "empty": [],
    "nothing": None,
    "yes": True,
    "no": False,
    "zero": 0,
    "n": 7,
    "neg": -7,
    "x": 2.5,
    "blank": "",
    "tree": [{"v": 1, "c": [{"v": 2, "c": [{"v": 3, "c": []}]}, {"v": 4, "c": []}]}],
    "html": "<b>\"it's\" & so</b>",
    "foo": "context",
}


def prints(expressions: str) -> list[str]:
    """Each line is an expression."""
    return ["{{ " + line + " }}" for line in expressions.strip().split("\n")]


def table() -> dict[str, list[str]]:
    cases: dict[str, list[str]] = {}

    texts = ["text", "odd", "'\\n\\n a b \\n'", "'xxabcxx'", "blank"]
    cases["strip"] = prints("\n".join(
        f"{t}.{m}({a}) | tojson" for t in texts for m in ("strip", "lstrip", "rstrip")
        for a in ("", "'\\n'", "'x'", "'x '", "' \\n'", "none", "''", "'ab'"))) + prints("\n".join(
        f"{t} | trim{a} | tojson" for t in texts for a in ("", "('x')", "(chars='x ')", "(none)")) + """
text.strip(1)
text.strip(chars='x')
'aXa'.strip('aa') ~ '|'
'😀a😀'.strip('😀')
'\\ufeffx'.strip() | length
[1].strip()
none.strip()
missing.strip()""")

    cases["white space"] = prints("""
odd.split() | tojson
odd.isspace()
'\\x1c\\x1d\\x1e\\x1f\\x85\\xa0\\u2003\\u3000'.isspace()
'\\u200b'.isspace()
'\\ufeff'.isspace()
'a\\x85b\\x1cc\\u2028d\\ve\\ff'.splitlines() | tojson
'a\\r\\nb\\rc\\n'.splitlines() | tojson
'a\\nb\\n'.splitlines(true) | tojson
'a\\nb\\n'.splitlines(keepends=true) | tojson
''.splitlines() | tojson
odd | trim | tojson
odd | length""") + ["a{{-\x1f1 -}}\x85b", "a\ufeff{{- 1 -}}\ufeffb", "a {%- if 1 -%}\x1cx{%- endif %} b", "{%\xa0if\u30001 %}x{% endif %}", "{{\ufeff1 }}"]

    cases["printing"] = prints("""
true
false
none
True
None
[true, none, 1.0, 'a']
{'a': none, 'b': [1, 2], 3: 4.5}
(1,)
(1, 2)
()
[]
{}
mixed
d
nested
messages
quote
[quote]
["it's"]
['"']
['\\'"']
["\\x00\\x07\\x1b\\x7f\\xa0\\xad\\u200b\\u2028\\u3000\\ue000é😀\\n\\t\\r"]
missing
[missing]
text
range(3)
range(1, 7, 2)
namespace(a=1)
d.items()
d.keys()
d.values()
[[[]]]
{'k': {'k': {}}}
{1: 'a', 1.0: 'b', true: 'c'}
{'a': 1, 'a': 2}
{(1, 2): 3}
{none: 1}
yes ~ no ~ nothing
yes | string
[1, 2] | string
none | string
1.0 | string
true | tojson
none | tojson
messages | map(attribute='role')
d.get
{[1]: 2}""")

    cases["numbers"] = prints("""
1e16
1e15
1e22
123456789012345680.0
0.0001
0.00001
1e-7
1.5e300
5e-324
1.7976931348623157e308
0.1 + 0.2
1/3
2/3
10/2
7/2
7//2
-7//2
7//-2
-7%3
7%-3
-7%-3
7.5//2
-7.5//2
7.5%-2
-7.5%2
-0.0
0.0*-1
2**10
2**-1
2**0.5
2**100
(-8)**3
10**20
0**0
0.0**0
2**3**2
-2**2
2*-3
--3
+3
1//0
1/0
1%0
1.0/0
1.0//0
1.0%0
0**-1
0.0**-1
123456789*987654321
2**53+1
(2**53+1)/3
(2**64)/3
10**30/10**29
1/10**30
10**400/1
10**400*1.0
10**400/10**399
9007199254740993 == 9007199254740992.0
9007199254740993 > 9007199254740992.0
1 == 1.0
1 == true
0 == false
'1' == 1
true + true
true * 3
-true
1_000
0x1F
0b101
0o17
0xff_ff
1_0.5_0
1e3
1E3
1.
00
012
1 + 1.0
3 - 5
3.0 - 5
n / 2
n // 2
neg // 2
neg % 4
x * 2
x // 1
x % 1
1e308 * 10
-1e308 * 10
1e308 * 10 - 1e308 * 10
10 ** 4300
10 ** 4299 > 1
'a' + 1
1 + 'a'
none + 1
missing + 1
-missing
-'a'
1 < 'a'
none < 1
[1] < ['a']
[1, 2] < [1, 3]
[1] < [1, 0]
(1, 2) < (1, 2, 0)
{} < {}
missing < 1
1 < missing
true < 2
1 < 2 < 3
3 > 2 > 2
1 == 1 != 2
'a' < 'b'
'Z' < 'a'
'\\U0001f600' > '\\ue000'
'a' < 'ab'
'' < 'a'
2.5 < 3
n is number and n > 3""")

    cases["number filters"] = prints("\n".join(
        f"{v} | int" for v in ("'12'", "' 12 '", "'1_000'", "'12.9'", "'-3'", "'+3'", "'x'", "''", "3.9", "-3.9", "true", "none", "[]",
                               "'1e3'", "'0x1f'", "'inf'", "'nan'", "'٣'", "'1__0'", "'_1'", "missing", "1e400")) + "\n" + "\n".join(
        f"{v} | float" for v in ("'1.5'", "'1'", "'x'", "3", "'1e3'", "' 2 '", "'1_0.5'", "'.5'", "'5.'", "'inf'", "'-Infinity'", "'nan'", "none", "true", "''", "'1.5.2'")) + """
'1f' | int(base=16)
'0x1f' | int(0, 16)
'0x1f' | int(base=0)
'077' | int(base=8)
'077' | int(base=0)
'z' | int(-1, 36)
'x' | int(5)
'x' | int(default='d')
'x' | float(2)
'x' | float('no')
2.5 | round
3.5 | round
-2.5 | round
2.675 | round(2)
1.005 | round(2)
42.55 | round(1)
42.55 | round(1, 'floor')
42.51 | round(1, 'ceil')
42 | round
42 | round(-1)
45 | round(-1)
55 | round(-1)
1234.5 | round(-2)
42.1 | round(0, 'ceil')
42 | round(1, 'floor')
2.5 | round(method='ceil')
2.5 | round(1, 'other')
'a' | round
0.1 | round(20)
1e300 | round(2)
-3 | abs
-3.5 | abs
true | abs
'a' | abs
[1, 2, 3] | sum
[1, 2.5] | sum
[] | sum
[[1], [2]] | sum(start=[])
people | sum(attribute='age')
people | sum('age', 10)
['a'] | sum
['a'] | sum(start='')
5 | filesizeformat
1 | filesizeformat
1500 | filesizeformat
1500000 | filesizeformat
1536 | filesizeformat(true)
(3).bit_length()
(5).real
2.0.is_integer()
x.is_integer()
5 is odd
4 is even
-3 is odd
9 is divisibleby 3
9 is divisibleby(2)
'a' is odd
2.0 is even""")

    cases["equality"] = prints("""
[1, 2] == [1, 2]
[1, 2] == (1, 2)
(1, 2) == (1, 2)
{'a': 1} == {'a': 1.0}
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
{'a': 1} != {'a': 2}
[] == []
{} == {}
[[1]] == [[1.0]]
[none] == [none]
messages[0] == messages[0]
messages[0] == {'role': 'system', 'content': 'Be brief.'}
messages[-1] == messages[1]
messages | selectattr('role', 'equalto', 'user') | list == [messages[1], messages[3]]
missing == missing2
missing == none
missing == ''
missing != 1
none == false
'' == none
'a' == 'A'
[1] in [[1], [2]]
{'a': 1} in [{'a': 1}]
1 in [1.0]
true in [1]
'a' in 'cat'
'' in ''
'x' not in 'cat'
1 in 'cat'
none in 'cat'
missing in 'cat'
'role' in messages[0]
'nope' in messages[0]
[1] in {'a': 1}
1 in 5
1 in none
'a' in missing
2 in (1, 2)
3 in range(5)
3.0 in range(5)
'3' in range(5)
'b' in d.keys()
1 in d.values()
('b', 1) in d.items()
'a' in d
not 'a' in d
1 is eq 1
1 is equalto 1.0
1 is ne 2
3 is gt 2
3 is greaterthan 3
3 is ge 3
3 is lt 4
3 is lessthan 3
3 is le 3
3 is == 3
3 is in [3]
'a' is in 'abc'
range(3) == range(0, 3, 1)
range(0) == range(5, 2)
d.keys() == d.keys()
1 is sameas 1
none is sameas none
true is sameas true
true is sameas 1
d is sameas d
d is sameas {}
'a' is sameas 'a'""")

    cases["astral"] = prints("\n".join(f"{e}" for e in """
astral | length
astral[1]
astral[3]
astral[-2]
astral[1:3]
astral[::-1]
astral[:-1]
astral[::2]
astral[10]
astral | list | tojson
astral | reverse
astral | first
astral | last
astral.find('b')
astral.index('c')
astral.rfind('b')
astral.count('😀')
astral.center(9, '*')
astral.ljust(7, '-')
astral | center(9)
astral | truncate(4, true, '')
astral | upper
astral.partition('😀') | tojson
astral.split('😀') | tojson
astral.startswith('😀', 1)
astral.endswith('c', 2, 5)
astral.replace('😀', 'x')
astral.replace('', '-')
'%.2s' | format(astral)
'{:.2}'.format(astral)
'{:*^9}'.format(astral)
astral | tojson
astral | tojson(ensure_ascii=true)
[astral]
'é' | length
'e\\u0301' | length
'👩‍👩‍👧' | length
astral | batch(2) | list
astral.zfill(8)
'😀' * 3
astral | wordcount""".strip().split("\n")))

    cases["indexing"] = prints("""
items[0]
items[-1]
items[5]
items[5] is defined
items[1:]
items[:2]
items[::-1]
items[::-2]
items[-2:]
items[5:]
items[:-5]
items[2:0:-1]
items[none:2]
items[::0]
items['a':]
items[1.0]
items[true]
items['0']
items.0
items.1
messages.0.role
messages[0]['role']
messages[0]['nope']
messages[0].nope
messages[0].nope.more
messages[0]['nope']['more']
messages[0].items() | list
d.items
d['items']
d.get('a')
d.get('nope')
d.get('nope', 1)
d.get('C', 1)
d['get']
d.get()
d.get([1])
d[[1]]
'abc'[1]
'abc'[-4]
'abc'[1:][0]
''[0:5]
(1, 2, 3)[1:]
(1, 2)[0]
range(10)[2]
range(10)[-1]
range(10)[2:5]
range(10)[::-3]
none[0]
none.x
n.x
n[0]
missing[0]
missing[0:1]
d[0:1]
d.items()[0]
d.keys() | list
d.values() | first
d.items() | first
d['a']
d.a
d['b'] + 1
{'a': {'b': [10, 20]}}.a.b[1]
{1: 'x'}[1]
{1: 'x'}[true]
{'1': 'x'}[1]
items.index(1)
items.count(1)
items.index(9)
(1, 1).count(1)
d.copy()
items.copy()
items[0:2][1]
messages[1:][0]['role']
messages[(messages | length) - 1].role
lines.split('\\n')[-1]
text[2:6]""") + prints("""
items.append(1)
d.update({'a': 1})
d.pop('a')
d.clear
items.sort is defined
d.setdefault
''.__class__
d.__class__ is defined
d.__len__
''.__class__.__mro__
d._private
items.__getitem__(0)
range.__call__
[].extend
messages[0].update is defined
namespace().__class__
none.__class__
(1).__add__
d|attr('a')
d|attr('items') is defined
d|attr('get') is callable
'a'|attr('upper') is callable
d|attr('__class__')
namespace(a=5)|attr('a')
d|attr('update')""")

    strings = ["'hello World'", "'ÀÉ ß ǆ'", "'it\\'s a-b_c d3e'", "'ΑΣ ΣΑΣ'", "'ﬁne ŉ'", "'ᾳ ᾼ ა'", "''", "'123'", "'A'", "'x1y'", "'٣²½'", "'İı'", "'ᾷ ῇ ῷ ᾲ'", "'升卅'", "'ǳ ᾳx'"]
    cases["case"] = prints("\n".join(f"{s}.{m}() | tojson" for s in strings for m in (
        "upper", "lower", "capitalize", "title", "swapcase", "isupper", "islower", "istitle", "isalpha", "isalnum", "isdigit", "isdecimal",
        "isnumeric", "isidentifier", "isascii", "isprintable")) + "\n" + "\n".join(
        f"{s} | {f}" for s in strings for f in ("upper", "lower", "capitalize", "title")) + """
'ABC'.casefold()
'ß'.casefold()
'Abc' is upper
'ABC' is upper
'abc' is lower
1 is lower
none | upper
[1, 'a'] | upper
5 | capitalize
true | lower
'hello-world foo (bar) [baz] {q} <w>' | title
'a\\nb' | title""")

    cases["string methods"] = prints("""
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.split(',', maxsplit=2)
'a,b,,c'.split(sep=',')
'a,b,,c'.rsplit(',', 1)
' a  b '.split()
' a  b c '.split(none, 1)
' a  b c '.rsplit(none, 1)
' a  b c '.split(maxsplit=0)
' a  b c '.rsplit(maxsplit=0)
''.split()
''.split(',')
'abc'.split('')
'abc'.split('abc')
'a--b'.split('--')[-1]
'<think>x</think>y'.split('</think>')[0].split('<think>')[-1]
'a.b.c'.partition('.')
'abc'.partition('.')
'a.b.c'.rpartition('.')
'abc'.rpartition('.')
'aaa'.replace('a', 'b')
'aaa'.replace('a', 'b', 2)
'aaa'.replace('a', 'b', -1)
'aaa'.replace('a', 'b', 0)
'aaa'.replace('', '-')
'aaa'.replace('', '-', 2)
'aaa'.replace('a', 'b', count=1)
'a$&b'.replace('a', '$&')
'aaa' | replace('a', 'b')
'aaa' | replace('a', 'b', 2)
'aaa' | replace('a', 'b', count=1)
123 | replace(2, 'x')
'abc'.startswith('a')
'abc'.startswith(('x', 'a'))
'abc'.startswith(['a'])
'abc'.startswith('b', 1)
'abc'.startswith('')
'abc'.startswith('', 4)
'abc'.endswith('bc')
'abc'.endswith(('x', 'c'))
'abc'.endswith('b', 0, 2)
'abc'.endswith(())
'abc'.startswith(1)
'hello'.find('l')
'hello'.find('l', 3)
'hello'.find('l', -2)
'hello'.find('z')
'hello'.find('')
'hello'.find('', 9)
'hello'.rfind('l')
'hello'.rfind('')
'hello'.index('l')
'hello'.index('z')
'hello'.rindex('l')
'hello'.count('l')
'hello'.count('')
'hello'.count('l', 3)
'aaaa'.count('aa')
','.join(['a', 'b'])
','.join([1])
','.join('abc')
''.join([])
', '.join(words | sort)
'-'.join(d)
'abc'.center(10) | tojson
'abc'.center(9, '*')
'abcd'.center(9, '*')
'ab'.center(5, '*')
'abc'.center(2)
'abc'.ljust(5, '.')
'abc'.rjust(5, '.')
'abc'.rjust(5, 'ab')
'5'.zfill(3)
'-5'.zfill(4)
'+5'.zfill(1)
'abc'.zfill(5)
'a\\tb'.expandtabs()
'a\\tb\\n\\tc'.expandtabs(4)
'abc'.removeprefix('a')
'abc'.removeprefix('x')
'abc'.removesuffix('c')
'abc'.removesuffix('')
'abc'.upper
'abc'.encode('utf8')
'abc'.translate({})
'abc'.nope
'abc'.nope()
'abc' * 3
3 * 'abc'
'abc' * 0
'abc' * -1
'abc' * 2.0
'a' 'b' "c"
'a' ~ 1 ~ none ~ true ~ 1.0 ~ [1]
'a' ~ missing
1 ~ 2
'abc' + 'd'
('a' + 'b') * 2
'abc' is string
'abc'.upper() is string
'%s' % 1
'abc'.upper(1)
'abc'.isdigit(1)
'a'.join(none)
'a'.join(missing) | tojson""")

    cases["formatting"] = prints("""
'%s and %s' % ('a', 1)
'%s' % none
'%s' % [1, 'a']
'%s' % {'a': 1}
'%s' % ((1, 2),)
'%r' % 'a'
'%d' % 3.9
'%d' % true
'%d' % '3'
'%i|%u' % (1, 2)
'%5d|%-5d|%05d|%+d|% d' % (42, 42, 42, 42, 42)
'%.2f' % 2.675
'%.0f|%.0f|%.0f' % (0.5, 1.5, 2.5)
'%.1f' % 0.25
'%f' % 1
'%e' % 12345.678
'%.3e' % 0.00012345
'%g|%g|%g|%g' % (0.0001, 0.00001, 1000000, 10000000)
'%G' % 1e-10
'%.3g' % 1234.5
'%#.3g' % 1.0
'%x|%X|%o|%#x' % (255, 255, 8, 255)
'%c%c' % (65, 'b')
'%%' % ()
'%5s|%-5s|%.2s' % ('ab', 'ab', 'abc')
'%*d' % (5, 42)
'%.*f' % (2, 3.14159)
'%(a)s %(b)05.1f' % {'a': 1, 'b': 2.25}
'%(nope)s' % {'a': 1}
'%s %s' % 'a'
'%s' % ('a', 'b')
'abc' % 1
'abc' % []
'abc' % {}
'%q' % 1
'%' % 1
'%.3d' % 5
'%08.3f' % -3.14159
'%+.2f' % 0
'%s' % missing
'%-08d|' % 5
'%x' % -255
'%d' % 12345678901234567890
'%f' % 1e22
'%s, %s!' | format('a', 'b')
'%(x)s' | format(x=1)
'%s' | format(1, x=2)
'%d%%' | format(5)
'{} {}'.format(1, 'a')
'{0} {1} {0}'.format('a', 'b')
'{a} {b}'.format(a=1, b=none)
'{} {0}'.format(1)
'{'.format()
'}'.format()
'{{}}'.format()
'{!r}'.format('a')
'{!s}'.format(1)
'{:>5}|{:<5}|{:^5}|'.format('a', 'b', 'c')
'{:*^7}'.format('mid')
'{:5}|{:5}|'.format('a', 1)
'{:05d}'.format(42)
'{:+d} {: d}'.format(1, 2)
'{:,}'.format(1234567)
'{:_}'.format(1234567)
'{:,.2f}'.format(1234567.891)
'{:.2f}'.format(2.675)
'{:.0f}'.format(0.5)
'{:e}'.format(1234.5)
'{:g}'.format(1e-5)
'{:.3}'.format(1234.5)
'{:.3}'.format(2.0)
'{:}'.format(2.0)
'{:10}|'.format(2.5)
'{:x} {:X} {:#x} {:b} {:o} {:#b}'.format(255, 255, 255, 5, 8, 5)
'{:c}'.format(65)
'{:%}'.format(0.256)
'{:.1%}'.format(0.2567)
'{:d}'.format('a')
'{:s}'.format(1)
'{:d}'.format(1.5)
'{:=+6d}'.format(5)
'{:010,}'.format(1234)
'{:06.1f}'.format(-2.25)
'{[a]}'.format({'a': 5})
'{[0]}{[1]}'.format([5], 'xy')
'{a.b}'.format(a={'b': 6})
'{0[a][0]}'.format({'a': [7]})
'{.upper}'.format('a')
'{:{}}'.format('a', 5) ~ '|'
'{:{w}.{p}f}'.format(3.14159, w=8, p=2)
'{}'.format(true)
'{:5}|'.format(true)
'{}'.format([1, 'a'])
'{:5}'.format([1])
'{}'.format()
'{x}'.format(x=missing)
'{}'.format(none)
'{:>5}'.format(none)
'{a}'.format_map({'a': 1})
'{.__class__}'.format('a')
'{:0>3}'.format(7)
'{:<05}|'.format(7)
'{:,}'.format(1e6)
'{:.2}'.format('abc')
'{:n}'.format(1)""")

    cases["tojson"] = prints("\n".join(f"{v} | tojson{a}" for v in ("nested", "d", "mixed", "quote", "[]", "{}", "[[], {}]", "astral") for a in (
        "", "(indent=2)", "(indent=4)", "(indent=0)", "(indent='--')", "(ensure_ascii=true)", "(separators=(',', ':'))", "(sort_keys=true)",
        "(indent=2, separators=(', ', ': '))", "(true)", "(false, 1)")) + """
'</script>&<>' | tojson
1.0 | tojson
1e16 | tojson
1e400 | tojson
-1e400 | tojson
(1, 2) | tojson
{1: 2, none: 3, true: 4, 1.5: 5} | tojson
{(1, 2): 3} | tojson
missing | tojson
[missing] | tojson
range(3) | tojson
range(3) | list | tojson
d.items() | tojson
d.items() | list | tojson
namespace(a=1) | tojson
'a/b' | tojson
'\\u2028\\x7f\\x80' | tojson
'\\u2028\\x7f\\x80' | tojson(ensure_ascii=true)
{'b': 1, 'a': 2} | tojson(sort_keys=true)
{1: 1, 'a': 2} | tojson(sort_keys=true)
[1, 2] | tojson(indent=-1)
[1, 2] | tojson(indent=none)
[1, 2] | tojson(separators=[';', '='])
[1, 2] | tojson(separators=(';',))
[1, 2] | tojson(nope=1)
(messages | selectattr('role', 'eq', 'user')) | tojson
messages[2] | tojson
('<b>' | safe) | tojson""")

    cases["sequence filters"] = prints("""
items | sort
items | sort(reverse=true)
words | sort
words | sort(case_sensitive=true)
words | sort(true)
people | sort(attribute='name') | map(attribute='name') | list
people | sort(attribute='age,name') | map(attribute='name') | list
people | sort(attribute='home.city', reverse=true) | map(attribute='name') | list
[1, 'a'] | sort
[3, 1.5, true] | sort
[none] | sort
'hello' | sort
d | sort
[[2], [1]] | sort
items | join(', ')
items | join
people | join(', ', attribute='name')
people | join(attribute='age')
[1, none, true, 'a'] | join('-')
'abc' | join('.')
missing | join(',')
none | join
items | first
items | last
empty | first
empty | last
empty | first is defined
d | first
d | last
'abc' | first
'abc' | last
range(5) | last
none | first
5 | length
items | length
d | length
'abc' | count
missing | length
none | length
range(5) | length
items | reverse
items | reverse | list
'abc' | reverse
d | reverse | list
range(3) | reverse | list
none | reverse
missing | reverse | list
words | unique | list
words | unique(case_sensitive=true) | list
people | unique(attribute='age') | map(attribute='name') | list
[1, 1.0, true, '1'] | unique | list
[[1]] | unique | list
words | unique
items | min
items | max
words | min
words | max
words | min(case_sensitive=true)
people | max(attribute='age')
people | min(attribute='name')
empty | min
empty | max is defined
[1, 'a'] | max
people | groupby('age')
people | groupby('age') | map('first') | list
people | groupby('home.city') | map(attribute='grouper') | list
people | groupby('home.city', case_sensitive=true) | map(attribute='grouper') | list
people | groupby('nope', default='z') | map(attribute='list') | map('length') | list
people | groupby('nope')
(people | groupby('age'))[0].grouper
(people | groupby('age'))[0].list | length
d | dictsort
d | dictsort(true)
{'b': 2, 'A': 1, 'c': 3} | dictsort
{'b': 2, 'A': 1, 'c': 3} | dictsort(true)
{'b': 2, 'A': 1} | dictsort(false, 'value')
{'b': 2, 'A': 1} | dictsort(by='value', reverse=true)
{'b': 2} | dictsort(by='x')
items | dictsort
d | items | list
d | items
missing | items | list
items | items | list
none | items | list
range(7) | batch(3) | list
range(7) | batch(3, 'x') | list
range(7) | slice(3) | list
range(7) | slice(3, 'x') | list
range(2) | slice(3) | list
range(2) | slice(0) | list
items | batch(0) | list
people | map(attribute='name') | list
people | map(attribute='home.city') | list
people | map(attribute='nope') | list
people | map(attribute='nope', default='-') | list
people | map(attribute='nope.more') | list
people | map(attribute='nope.more', default='-') | list
words | map('upper') | list
words | map('upper') | join
items | map('string') | join(',')
words | map('replace', 'a', 'z') | list
[[1, 2], [3]] | map('first') | list
[[1, 2], [3]] | map(attribute=0) | list
[[1, 2], [3]] | map(attribute='0') | list
words | map | list
words | map('nope') | list
words | map(attribute='x', nope=1) | list
items | select | list
[0, 1, '', 'a', none] | select | list
[0, 1, 2, 3] | select('odd') | list
[0, 1, 2, 3] | reject('odd') | list
[0, 1, 2, 3] | select('divisibleby', 3) | list
[0, 1, 2, 3] | select('gt', 1) | list
[0, 1, 2, 3] | select('>', 1) | list
[0, 1, 2, 3] | select('in', [1, 9]) | list
[none, 1] | select('none') | list
[0, 1] | reject | list
people | selectattr('age', 'equalto', 3) | map(attribute='name') | list
people | selectattr('age', '==', 2) | map(attribute='name') | list
people | selectattr('nope') | list
people | selectattr('nope', 'defined') | list
people | selectattr('nope', 'undefined') | list | length
people | rejectattr('age', 'eq', 3) | map(attribute='name') | list
people | rejectattr('home.city', 'in', ['Ulm']) | map(attribute='name') | list
people | selectattr('home.city', 'string') | list | length
messages | selectattr('content', 'none') | list | length
messages | selectattr('role', 'ne', 'user') | map(attribute='role') | list
messages | rejectattr('content') | list | length
items | select('nope') | list
items | selectattr | list
messages | selectattr('role', 'eq', 'user') | first
messages | selectattr('role', 'eq', 'user') | last
(messages | selectattr('role', 'eq', 'user') | list)[0].content
(messages | selectattr('role', 'eq', 'user'))[0]
messages | selectattr('role', 'eq', 'nope') | length
'abc' | list
d | list
missing | list
none | list
5 | list
items | list is sameas items
items + [4]
items + (4,)
[1] * 3
(1,) * 2
[0] * -1
items | attr('x') is defined
d | default('x')
missing | default('x')
missing | default
missing.x | default('x')
messages[0].nope | default('x')
none | default('x')
'' | default('x')
'' | default('x', true)
none | default('x', true)
0 | d(5, boolean=true)
missing | d('y')
items | random is defined
items | pprint
items | string | length""") + [
        "{% if messages | selectattr('role', 'eq', 'nope') %}true{% else %}false{% endif %}",
        "{% if messages | selectattr('role', 'eq', 'nope') | list %}true{% else %}false{% endif %}",
        "{% set g = items | map('string') %}{{ g | list }}{{ g | list }}",
        "{% set g = items | map('string') %}{{ g | first }}{{ g | join }}",
        "{% for k, v in d | items %}{{ k }}={{ v }};{% endfor %}",
        "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
        "{% for k, v in d | dictsort %}{{ k }};{% endfor %}",
        "{% for k in d %}{{ k }};{% endfor %}",
        "{% for a, b in [[1, 2], (3, 4), 'xy'] %}{{ a }}{{ b }};{% endfor %}",
        "{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}",
        "{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
        "{% for c, l in people | groupby('age') %}{{ c }}:{{ l | map(attribute='name') | join(',') }};{% endfor %}",
        "{% for row in items | batch(2) %}{{ row }}{% endfor %}",
    ]

    cases["text filters"] = prints("""
lines | indent
lines | indent(2)
lines | indent(2, true)
lines | indent(2, blank=true)
lines | indent(2, first=true, blank=true)
lines | indent('> ')
lines | indent(width=2)
'a\\n' | indent
'' | indent
'a\\x85b\\u2028c' | indent
5 | indent
'foo bar baz qux' | truncate(9)
'foo bar baz qux' | truncate(9, true)
'foo bar baz qux' | truncate(11)
'foo bar baz qux' | truncate(11, false, '...', 0)
'foo bar baz qux' | truncate(5, end='')
'foo' | truncate(2)
'foo bar baz qux' | truncate(9, leeway=0)
'x' * 300 | truncate
('x' * 300) | truncate | length
'a b c' | wordcount
'' | wordcount
"it's a_b c-d é" | wordcount
'abc' | center(9) | tojson
'abc' | center | length
'a b/c?d=é&😀' | urlencode
{'a b': 'c&d', 'e': 1} | urlencode
[['a', 'b']] | urlencode
5 | urlencode
html | e
html | escape
html | forceescape
html | safe
(html | e) | e
(html | e) | forceescape
(html | e) + '<'
'<' + (html | e)
(html | e) ~ '<'
(html | safe) | length
(html | safe) is string
(html | safe) is escaped
html is escaped
(html | safe) == html
(html | safe)[0]
[html | safe]
(html | safe).upper()
(html | safe) | upper
(html | safe) | trim
(html | e) * 2
(html | safe) | replace('b', 'i')
(html | safe) | string is escaped
'%s' % ('<' | safe)
('%s' | safe) % '<'
['<' | safe, '>'] | join
nested | tojson | safe
html | striptags
html | urlize
{'a': 1} | xmlattr
'a b c d' | wordwrap(3)
'a' | nope
missing | upper
none | trim
[1] | trim
5 | trim
true | title
'x' | trim | upper | lower
'a' | format
1.5 | string
'a' | string | length
'<a>' | e | length""") + [
        "{% filter upper %}a{{ 'b' }}{% endfilter %}",
        "{% filter replace('a', 'b') | upper %}aa{% endfilter %}",
        "{% filter indent(2, true) %}a\nb{% endfilter %}",
        "{% filter nope %}a{% endfilter %}",
        "{% if false %}{{ 1 | nope }}{% endif %}ok",
        "{% if true %}{{ 1 | nope }}{% endif %}ok",
        "{% if false %}{{ 1 is nope }}{% endif %}ok",
        "{{ 1 is nope }}",
        "{{ (1 | nope) if false else 2 }}",
        "{% if false %}{% for x in [] %}{{ x | nope }}{% endfor %}{% endif %}ok",
        "{{ 'upper' is filter }}{{ 'nope' is filter }}{{ 'odd' is test }}{{ 'nope' is test }}{{ 'tojson' is filter }}",
    ]

    values = ["missing", "none", "true", "false", "1", "1.0", "'a'", "''", "[]", "(1,)", "{}", "d.items()", "d.keys()", "range(2)", "(items | map('string'))",
              "namespace()", "range", "d.get", "('a' | safe)", "cycler('a')", "joiner()"]
    cases["tests"] = prints("\n".join(f"{v} is {t}" for v in values for t in (
        "defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "iterable", "sequence", "callable",
        "escaped"))) + prints("""
missing is not defined
1 is not none
not 1 is none
not 1 is none and 2 is even
1 is odd and 2 is even
'a' is string and 'b' is string
1 is integer is true
messages is iterable and messages is not string and messages is not mapping
messages[0].content is string
messages[3].content is none
messages[0].tool_calls is defined and messages[0].tool_calls
items[9] is undefined
1 is in [1, 2] and true
1 is not in [1, 2]
1 is divisibleby 2 or true
'ab' is in ['ab']
none is none
2 is even if true else 3
[1] is eq [1]
{'a': 1} is eq {'a': 1}
x is defined and x is number and x > 2""")

    cases["truth"] = ["{% if " + v + " %}1{% else %}0{% endif %}" for v in values + ["0", "0.0", "-0.0", "'0'", "[0]", "((),)", "()", "range(0)", "{'a': 0}", "{}.items()", "d"]] + prints("""
1 and 2
0 and 2
0 or 'x'
'' or none
none or missing
missing or 'x'
not missing
not []
not 0.0
1 if 0
1 if 0 else 2
(1 if 0) is defined
(1 if 0) | default('x')
'a' if 1 else 'b' if 1 else 'c'
'a' if 0 else 'b' if 0 else 'c'
1 and 2 or 3
not 1 == 2
not (1 == 2)
1 or 1/0
0 and 1/0
[] and missing.x""")

    cases["undefined"] = prints("""
missing
missing.a
missing['a']
missing()
missing.a()
missing + 'a'
'a' + missing
missing ~ 'a'
missing == missing
missing | upper
missing | list
missing | length
missing is defined
missing | default('x') | upper
messages[0].nope
messages[0].nope ~ 'x'
messages[0].nope + 'x'
messages[0].nope()
messages[9].role
messages[0].nope.nope
messages[0]['a']['b'] is defined
(missing if true) is defined
missing and missing.x
missing.x or 1
missing * 2
missing | int
missing | float
missing | round
-missing
missing in [1]
[missing] == [missing]
missing | join('x')
missing | sort
missing | map('upper') | list
missing | replace('a', 'b')
missing | trim
missing | string
'%s' | format(missing)
missing[0:2]
missing.__class__
foo.bar
foo.bar.baz""") + ["{% for x in missing %}{{ x }}{% else %}none{% endfor %}", "{% for x in messages[0].nope %}{{ x }}{% else %}none{% endfor %}",
                   "{% for x in none %}{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% if missing.x %}{% endif %}", "{% set a = missing %}{{ a is defined }}"]

    cases["loops"] = [
        "{% for x in items %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
        "{% for x in items %}{{ loop.previtem }}-{{ loop.nextitem }};{% endfor %}",
        "{% for x in items %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }};{% endfor %}",
        "{% for x in items %}{{ loop.cycle('a', 'b') }}{% endfor %}",
        "{% for x in items %}{{ loop.cycle() }}{% endfor %}",
        "{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %}",
        "{% for x in [1, 1, 2] %}{{ loop.changed(x, 1) }}{% endfor %}",
        "{% for x in items if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }};{% endfor %}",
        "{% for x in items if x > 5 %}{{ x }}{% else %}none{% endfor %}",
        "{% for x in empty %}{{ x }}{% else %}none{% endfor %}",
        "{% for x in items %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}",
        "{% for x in items %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
        "{% for x in items %}{{ x }}{% if x == 1 %}{% break %}{% endif %}!{% endfor %}",
        "{% for x in items %}{% break %}{% else %}none{% endfor %}",
        "{% for x in items %}{% continue %}{% else %}none{% endfor %}",
        "{% for x in items %}{% for y in items %}{% if y == x %}{% break %}{% endif %}{{ x }}{{ y }};{% endfor %}{% endfor %}",
        "{% for x in [1, 2] %}{% for y in [] %}{% else %}{% break %}{% endfor %}{{ x }}{% endfor %}",
        "{% break %}", "{% if true %}{% continue %}{% endif %}",
        "{% for x in items %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
        "{% for x in items %}{% set y %}a{% break %}{% endset %}{% endfor %}b",
        "{% for x in items %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
        "{% for x in items %}{% for y in items %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
        "{% for x in [1, 2] %}{% set outer = loop %}{% for y in [1, 2] %}{{ outer.index }}{{ loop.index }};{% endfor %}{% endfor %}",
        "{% for x in [1, 2] %}{% for y in [1] %}{{ y }}{% endfor %}{{ loop.index }}{% endfor %}",
        "{% for n in tree recursive %}{{ n.v }}@{{ loop.depth }}{% if n.c %}({{ loop(n.c) }}){% endif %}{% endfor %}",
        "{% for n in tree recursive %}{{ n.v }}{{ loop(n.c) }}{% else %}.{% endfor %}",
        "{% for n in tree %}{{ loop(n.c) }}{% endfor %}",
        "{{ loop }}", "{{ loop is defined }}", "{% for x in [1, 2] %}{{ loop }}{% endfor %}",
        "{% for x in items %}{{ loop.nope }}{% endfor %}", "{% for x in items %}{{ loop['index'] }}{% endfor %}",
        "{% for loop in items %}{{ loop }}{% endfor %}",
        "{% for x in items %}{% endfor %}{{ x }}",
        "{% set x = 9 %}{% for x in items %}{% endfor %}{{ x }}",
        "{% for x in range(3) %}{{ x }}{% endfor %}", "{% for x in range(5, 0, -2) %}{{ x }}{% endfor %}",
        "{{ range(100001) }}", "{{ range(100000) | length }}", "{{ range(0) | list }}", "{{ range(1, 2, 0) }}", "{{ range() }}", "{{ range('a') }}", "{{ range(2.0) }}",
        "{% for c in 'a😀b' %}{{ c }},{% endfor %}",
        "{% for x in (1, 2) %}{{ x }}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}",
        "{% for x in items | sort %}{{ x }}{% endfor %}", "{% for x in items[::-1] %}{{ x }}{% endfor %}",
        "{% for m in messages if m.role == 'user' %}{{ loop.index }}{{ m.content }}{% endfor %}",
        "{% for x in items if loop %}{{ x }}{% endfor %}",
        "{% for x in items if x is odd %}{{ loop.last }}{% endfor %}",
        "{% for x in items %}{{ loop.length }}{{ loop.revindex }}{% endfor %}", "{% for x in items | map('string') %}{{ loop.last }}{{ loop.length }}{{ x }}{% endfor %}",
        "{% for x in [none, none] %}{{ loop.last }}{{ loop.nextitem }}{{ loop.previtem }}{% endfor %}",
        "{% for x in items if x > 1 else 5 %}{% endfor %}", "{% for x, in [[1], [2]] %}{{ x }}{% endfor %}",
        "{% for x in items recursive %}{{ x }}{{ loop.first }}{% endfor %}",
        "{% for x in items: %}{{ x }}{% endfor %}", "{% for a in d.items() %}{{ a[0] }}{% endfor %}",
        "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.current }}",
        "{% set j = joiner('|') %}{% for x in items %}{{ j() }}{{ x }}{% endfor %}", "{{ cycler() }}",
        "{% for a in items %}{% if loop.first %}{% set f = a %}{% endif %}{{ f }}{% endfor %}",
        "{% for a in items if a != foo %}{{ a }}{% endfor %}{{ foo }}",
    ]

    cases["scopes"] = [
        "{% set x = 1 %}{{ x }}", "{% set x = 1, 2 %}{{ x }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = [1, 2] %}{{ a }}{{ b }}", "{% set a, b = 1 %}", "{% set a, b = [1] %}",
        "{% set x = 1 %}{% for i in [1, 2] %}{% set x = i %}{{ x }}{% endfor %}{{ x }}",
        "{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 5 %}{% endfor %}{{ x }}",
        "{% for i in [1, 2] %}{{ y is defined }}{% set y = i %}{{ y }}{% endfor %}{{ y is defined }}",
        "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}", "{% if false %}{% set x = 2 %}{% endif %}{{ x is defined }}",
        "{% if false %}{% set foo = 2 %}{% endif %}{{ foo }}", "{% set foo = foo ~ '!' %}{{ foo }}", "{{ foo }}{% set foo = 1 %}{{ foo }}",
        "{% for i in [1] %}{{ foo }}{% endfor %}{% set foo = 1 %}", "{% macro m() %}{{ foo }}{% endmacro %}{{ m() }}{% set foo = 1 %}{{ m() }}",
        "{% macro m() %}{{ bar }}{% endmacro %}{{ m() }}{% set bar = 1 %}{{ m() }}",
        "{% for i in [1] %}{{ foo }}{% set foo = 2 %}{{ foo }}{% endfor %}{{ foo }}",
        "{% if true %}{% for i in [1] %}{% set foo = 3 %}{% endfor %}{% endif %}{{ foo }}",
        "{% for i in [1, 2] %}{% if i == 1 %}{% set z = 'a' %}{% endif %}{{ z is defined }}{% endfor %}",
        "{% set ns = namespace(n=0) %}{% for i in items %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b is defined }}{{ ns['a'] }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns }}",
        "{% set ns = namespace(_a=1) %}", "{% set ns = namespace() %}{% set ns._a = 1 %}", "{% set d.a = 1 %}", "{% set missing.a = 1 %}", "{% set ns.a = 1 %}",
        "{% set ns = namespace(x=1) %}{% set ns.x, y = 2, 3 %}{{ ns.x }}{{ y }}", "{% set ns = namespace(a=namespace(b=1)) %}{% set ns.a.b = 2 %}",
        "{% set ns = namespace([('a', 1)]) %}{{ ns.a }}", "{% set ns = namespace(items=[]) %}{% for i in [1, 2] %}{% set ns.items = ns.items + [i] %}{% endfor %}{{ ns.items }}",
        "{% set x %}a{{ 1 }}b{% endset %}{{ x }}{{ x | length }}", "{% set x | upper %}a{% endset %}{{ x }}", "{% set x | replace('a', 'b') | upper %}aa{% endset %}{{ x }}",
        "{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y is defined }}", "{% set ns = namespace() %}{% set ns.x %}hi{% endset %}{{ ns.x }}",
        "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "{% set a = 5 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}",
        "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}", "{% with a = 1 %}{% set a = 2 %}{{ a }}{% endwith %}", "{% with a, b = (1, 2) %}{{ a }}{{ b }}{% endwith %}",
        "{% set x = [1, 2] %}{% set y = x %}{{ y }}", "{% set 5 = 1 %}", "{% set 'a' = 1 %}", "{% set none = 1 %}", "{% set a.b.c = 1 %}", "{% set a[0] = 1 %}", "{% set x = %}", "{% set x %}",
        "{% set loop = 1 %}{{ loop }}", "{% for i in [1] %}{% set loop = 1 %}{{ loop }}{% endfor %}", "{% set range = 1 %}{{ range }}", "{% set messages = messages[1:] %}{{ messages | length }}",
        "{% for m in messages %}{% set m = m.role %}{{ m }}{% endfor %}", "{% filter upper %}{% set q = 'a' %}{{ q }}{% endfilter %}{{ q is defined }}",
        "{% generation %}{% set q = 'a' %}{{ q }}{% endgeneration %}{{ q is defined }}", "{% set q = 1 %}{% generation %}{{ q }}{% set q = 2 %}{{ q }}{% endgeneration %}{{ q }}",
        "{% if false %}{% elif true %}{% set e = 1 %}{% endif %}{{ e }}", "{% if false %}{% set e = 1 %}{% elif e is defined %}x{% else %}{% set e = 3 %}{% endif %}{{ e }}",
        "{% set (a, b) = (1, 2) %}{{ a }}{{ b }}", "{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }}", "{% set a = b = 1 %}",
        "{% for x in items %}{% set ns = namespace(v=x) %}{{ ns.v }}{% endfor %}",
        "{% print 1, 'a' %}", "{% print %}", "{% do items.append(1) %}", "{% set x = namespace %}{{ x(a=1).a }}", "{% set dict2 = dict(a=1, b=2) %}{{ dict2 }}", "{{ dict([('a', 1)], b=2) }}", "{{ dict(d, z=1) }}", "{{ dict(1) }}", "{{ dict(['ab']) }}", "{{ dict.fromkeys(['a'], 1) }}", "{{ dict(**{'a': 1}) }}",
    ]

    cases["macros"] = [
        "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=4, a=5) }}{{ m() }}", "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(none) }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=1) }}", "{% macro m(a) %}{{ varargs }}{% endmacro %}{{ m(1, 2, 3) }}",
        "{% macro m(a) %}{{ kwargs }}{% endmacro %}{{ m(1, b=2) }}", "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, x=2) }}", "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(1) }}",
        "{% macro m(a=b, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}", "{% macro m(a=foo) %}{{ a }}{% endmacro %}{{ m() }}", "{% macro m(a, b=1, c) %}{% endmacro %}", "{% macro m(a, a) %}{% endmacro %}",
        "{% macro m() %}a{% endmacro %}{{ m() | upper }}{{ m() ~ 'b' }}{{ m() is string }}", "{% macro m() %}  a  {% endmacro %}[{{ m() }}]", "{% macro m(n) %}{% if n > 0 %}{{ n }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(5) }}",
        "{{ m() }}{% macro m() %}a{% endmacro %}", "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}x{% endmacro %}{{ a() }}", "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}x{% endcall %}",
        "{% macro m() %}{{ caller(1, b=2) }}{% endmacro %}{% call(a, b) m() %}{{ a }}{{ b }}{% endcall %}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}", "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{% call m(1) %}{% endcall %}", "{% macro m(caller=none) %}{{ caller is none }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}", "{% macro m(caller) %}{{ caller() }}{% endmacro %}",
        "{% macro m() %}{{ foo }}{% set foo = 1 %}{{ foo }}{% endmacro %}{{ m() }}{{ foo }}", "{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", "{% macro m() %}{{ loop }}{% endmacro %}{% for i in [1] %}{{ m() }}{% endfor %}",
        "{% for i in [1, 2] %}{% call m2() %}{{ loop.index }}{{ i }}{% endcall %}{% endfor %}{% macro m2() %}{% endmacro %}", "{% macro m2() %}[{{ caller() }}]{% endmacro %}{% for i in [1, 2] %}{% call m2() %}{{ loop.index }}{{ i }}{% endcall %}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m }}", "{% macro m() %}{% endmacro %}{{ m is callable }}{{ m is defined }}", "{% macro m() %}{% endmacro %}{{ m.name }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*[1]) }}{{ m(**{'a': 2}) }}", "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(1, **{'b': 2}) }}{{ m(*[1], b=3) }}",
        "{% macro m(a) %}{% endmacro %}{{ m(a=1, a=2) }}", "{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}", "{% macro m(a) %}{% if a %}{{ return }}{% endif %}{% endmacro %}{{ m(1) }}", "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% call 5 %}{% endcall %}", "{% call foo() %}{% endcall %}", "{% macro m() %}{{ varargs | length }}{{ kwargs | length }}{% endmacro %}{{ m(1, 2, a=1) }}", "{% set m = 1 %}{% macro m() %}a{% endmacro %}{{ m() }}", "{% macro m() %}{{ messages | length }}{% endmacro %}{{ m() }}",
        "{% if true %}{% macro m() %}a{% endmacro %}{% endif %}{{ m() }}", "{% macro m(a, b=[]) %}{{ a }}{{ b }}{% endmacro %}{{ m('x', b=[1]) }}", "{% macro outer() %}{% macro inner() %}i{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}{{ inner is defined }}",
        "{% macro m(content) %}{%- if content is string -%}{{ content }}{%- else -%}{%- for c in content -%}{{ c.text }}{%- endfor -%}{%- endif -%}{% endmacro %}{{ m('a') }}{{ m([{'text': 'b'}]) }}",
    ]

    cases["blanks"] = [
        "a\n{% if true %}\nb\n{% endif %}\nc", "a\n  {% if true %}\n  b\n  {% endif %}\nc", "a {% if true %} b {% endif %} c", "a\n{%- if true %}\nb\n{%- endif %}\nc", "a\n{% if true -%}\n  b\n{% endif -%}\n  c",
        "a\n  {%+ if true %}\n  b\n  {%+ endif %}\nc", "a\n{% if true +%}\nb\n{% endif +%}\nc", "a\n  {{ 1 }}\n  b", "a\n  {{- 1 }}\n b", "a {{ 1 -}}\n  b", "a\n  {{+ 1 }}", "{{ 1 +}}",
        "a\n  {# c #}\nb", "a\n  {#- c #}\nb", "a {# c -#}\n  b", "a\n  {#+ c #}\nb", "a{# c +#}\nb", "a {# {{ x }} {% if %} #} b", "{# a", "{# a #} #}",
        "a\n", "a\n\n", "\n", "", "a\r\nb\r\n", "a\rb", "{{ 'a\r\nb' | tojson }}", "  {% if true %}x{% endif %}", "\t{% if true %}x{% endif %}", "x  {% if true %}x{% endif %}", "\n\n  {% if true %}\n\nx{% endif %}\n\n",
        "{% raw %}{{ a }}{% b %}{% endraw %}", "{%- raw -%} a {%- endraw -%} b", "a\n  {% raw %}\n b\n  {% endraw %}\nc", "{% raw %}a", "{% raw %}{% raw %}{% endraw %}", "a {% raw %} b {% endraw +%}\nc", "{% raw -%}\n a{% endraw %}", "{%+ raw %} a {%+ endraw %}", "{%raw%}x{%endraw%}",
        "{% if true %}\n\n{% endif %}", "{% if true %}\\n{% endif %}", "{% for x in [1, 2] %}\n  {{ x }}\n{% endfor %}\n", "{% for x in [1, 2] -%}\n  {{ x }}\n{%- endfor %}\n", "  {%- for x in [1, 2] %}\n  {{- x }}\n  {%- endfor %}\n",
        "a\n\x0b{% if true %}x{% endif %}", "a\n\u2003{% if true %}x{% endif %}", "a\n\ufeff{% if true %}x{% endif %}", "{%if true%}x{%endif%}", "{%-if true-%} x {%-endif-%}", "{{'a'}}{{\"b\"}}", "{{ 1 }}\n{{ 2 }}\n", "{{- 1 }}\n{{- 2 }}",
        "{ { 1 } }", "{{ '}}' }}", "{{ '%}' }}", "{% if '%}' %}x{% endif %}", "{{ {'a': {'b': 1}} }}", "{{ {'a': {'b': 1}}['a']['b']}}", "{{ {}}}", "{{ }}", "{% %}", "{{ 1", "{% if true", "{{ 1 }", "}}", "%}", "#}", "{{ (1 }}", "{{ 1) }}", "{{ [1) }}", "{{ '", "{{ 'a\\' }}", "{{ $ }}", "{{ a ! b }}", "{{ a ? b }}", "{{ a & b }}", "{{ 1 ; 2 }}", "{{ @ }}",
        "# for x in items\n{{ x }}\n# endfor", "## comment\na", "<!-- {{ 1 }} -->", "{{ 1 }}{# c #}\n{{ 2 }}", "{% if true %}{# c #}\nx{% endif %}", "a{% set x = 1 %}\nb", "a{% set x = 1 %}  \nb", "a {%- set x = 1 -%} b",
        "{% generation %}\n a \n{% endgeneration %}\nb", "{%- generation -%}\n a \n{%- endgeneration -%}\nb", "{% generation %}a", "{% endgeneration %}", "{% generation x %}a{% endgeneration %}", "{% if true %}{% endfor %}", "{% for x in items %}{% endif %}", "{% if true %}", "{% endif %}", "{% else %}", "{% if %}{% endif %}", "{% for %}{% endfor %}", "{% for x %}{% endfor %}", "{% for x in %}{% endfor %}",
        "{% elif true %}", "{% if true %}a{% else %}b{% else %}c{% endif %}", "{% if false %}a{% elif false %}b{% elif true %}c{% else %}d{% endif %}", "{% if true: %}a{% endif %}", "{% if 1, %}a{% endif %}", "{% if true %}a{% endif x %}", "{% unknown %}", "{% 5 %}", "{% macro %}{% endmacro %}",
    ]

    cases["literals"] = prints(r"""
'a\nb\tc\\d\'e\"f' | tojson
'\a\b\f\v\r\0' | tojson
'\x41\u0042\U00000043\103\7' | tojson
'\q\-\ ' | tojson
'\é\😀' | tojson
'\x4' | tojson
'\u12' | tojson
'\U0011ffff' | tojson
'\ud83d\ude00' | tojson
'\N{BULLET}' | tojson
'é😀' | tojson
"a'b" | tojson
'a"b' | tojson
'{{ x }}' | tojson
'{% x %}' | tojson
'{# x #}' | tojson
'a' 'b' | tojson
'\777' | tojson
'\18' | tojson
[1, 2,]
{'a': 1,}
(1, 2,)
[,]
{a: 1}
{foo: 1}
{'a'}
{'a' 1}
[1 2]
1 2
a b
items.sort(
foo.5
foo.'a'
foo.
.foo
foo..bar
foo[
foo[]
foo[1,2]
foo[::]
foo[1:2:3:4]
foo[:]
foo | 
foo | 5
foo is
foo is not
foo if
if foo
1 if
not
-
1 +
* 2
**d
foo(**d)
foo(*d)
foo(a=1, 2)
foo(a=1 b=2)
foo(,)
range(3,)
(1)
((1))
(1) + (2)
true.x
1.real
1.x
'a'.upper().lower()
'a'.upper()[0].lower()
-1 | abs
- 1 | abs
(-1) | abs
-1.5 | string
2 ** -1 | abs
not true | string
1 + 1 | string
(1 + 1) | string | length
'a' | upper ~ 'b'
'a' ~ 'b' | upper
1 + 2 * 3 - 4 / 2
2 * 3 % 4
10 - 2 - 3
2 ** 2 ** 3
1 ~ 2 + 3
1 + 2 ~ 3
1 - 2 ~ 3
3 * '-' ~ '>'
1 == 1 and 2 == 2
1 < 2 and not 3 < 2
1 in [1] == true
not 1 in [2]
1 not in [2] and 3
true and false or true
'a' in 'abc' and 'b' in 'abc'
'x' if foo is defined else 'y'
[x for x in items]
lambda: 1
foo := 1
foo = 1
1 <> 2
a === b
foo->bar
True and TRUE
true is True
none is None
NONE is defined
self is defined
super is defined
_ is defined
é is defined
été
x²""")

    cases["odd arguments"] = prints("""
'a\\nb'.splitlines(0.0)
'a\\nb'.splitlines(none)
'a\\nb'.splitlines(1)
items | sort('x')
items | sort(1)
items | sort(none)
d | dictsort(2)
{'b': 1} | dictsort(reverse='x')
empty | truncate
items | truncate(1)
items | truncate(9)
'x' | int('d', [])
'5' | int('d', 1.0)
'5' | int(base=true)
'5' | int(base=99)
(items | batch('x')) is iterable
items | batch('x') | list
items | slice('x') | list
range(3) | urlencode
range(3) | list | urlencode
[1, 2] | tojson(2.0)
[1, 2] | tojson([])
[1, 2] | tojson('')
'a'.center('5')
'a'.center(5.0)
'a' * true
'a'.zfill(none)
'a'.replace('a', none)
'a'.replace(1, 2)
'a'.split(1)
'a'.split(none, none)
'a'.find(1)
'a'.find('a', 'b')
'a'.count(none)
'a' | indent(none)
'a' | indent(1.5)
'a' | indent(true)
'a' | center('x')
'a' | replace(none, 1)
'None' | replace(none, 1)
items | join(1)
items | join(none)
items | sum('x')
items | first(1)
items | length(1)
items | list(1)
missing | default
'a' | default('b', 'c')
'' | default('b', 'c')
'' | default('b', 0)
items | map('join') | list
words | map('default', 'x') | list
words | map('center', 3) | list
words | map('truncate', 1) | list
people | map('length') | list
people | map('attr', 'name') | list
people | map(attribute=none) | list | length
people | map(attribute=1.5) | list
people | sort(attribute='nope')
people | sort(attribute=0)
people | unique(attribute='home') | list
people | selectattr('age', 'gt', '2') | list
people | selectattr('name', 'in', 'Bo al') | map(attribute='name') | list
people | selectattr('age', 'odd') | list | length
people | selectattr('home', 'mapping') | list | length
people | groupby(attribute='age') | length
people | map(attribute='home') | map(attribute='city') | list
words | select('in', 'abc') | list
words | reject('eq', 'a') | join
words | select('upper') | list
[3, 'a'] | min
[[1], [0, 5]] | min
['b', 'B', 'a'] | max
{'b': 2, 'a': 1} | min
words | batch(2, none) | list
loop.index
range(true)
range(0, 3, none)
range(3, step=1)
namespace(1)
namespace({'a': 1}, {'b': 2})
cycler(1, 2).next()
joiner('x')()
messages[0:1] | tojson(indent=1)
messages | map('tojson') | join
(messages | map(attribute='role') | list).index('user')
messages | map(attribute='content') | select('string') | map('trim') | join('|')
'%s' % range(2)
'%5.1f|%-6s|%+d' | format(2.25, 'ab', 3)
'{:>{}}'.format('a', 4)
'{0:{1}}'.format('a', 4) ~ '|'
'{!r:>6}'.format('a')
'{:d}'.format(true)
'{:.1f}'.format(2)
'{:,}'.format(-1234567)
'{:e}'.format(0)
'{:g}'.format(100000)
'{:g}'.format(1000000)
'{:g}'.format(0.0001)
'{:.3g}'.format(0.00012345)
'{:#x}'.format(-255)
'{:+.1e}'.format(12345)
'{:08b}'.format(5)
'{:^+9.2f}|'.format(3.14159)""")

    cases["refused tags"] = ["{% include 'a' %}", "{% import 'a' as b %}", "{% from 'a' import b %}", "{% extends 'a' %}", "{% block a %}x{% endblock %}", "{% autoescape true %}{{ '<' }}{% endautoescape %}", "{{ lipsum() }}", "{{ lipsum is defined }}", "{% trans %}a{% endtrans %}", "{% debug %}", "{% include 'a' ignore missing %}"]

    cases["functions"] = [
        "{{ raise_exception('no') }}", "{{ raise_exception('no ' ~ messages[0].role) }}", "{% if false %}{{ raise_exception('no') }}{% endif %}ok", "{{ raise_exception() }}", "{{ raise_exception(message='m') }}",
        *["{{ strftime_now('" + f + "') }}" for f in (
            "%d %b %Y", "%Y-%m-%d", "%A, %B %d, %Y", "%H:%M:%S", "%I:%M %p", "%j %U %W %V %u %w %G %g", "%a %b %e %y %C", "%c|%x|%X", "%D %F %T %R %r", "%-d %-m %-H %-I %-j", "%_d %_H", "%%", "%n%t", "%Z%z", "%k %l %P", "%h", "%f", "plain", "", "é %d", "%^a %^B", "%5d", "%Ey", "%q", "%", "%-y", "%s")],
        "{{ strftime_now(5) }}", "{{ strftime_now() }}", "{{ strftime_now is defined }}", "{% if strftime_now is defined %}{{ strftime_now('%d') }}{% endif %}", "{{ now() }}", "{{ range is callable }}", "{{ dict is callable }}", "{{ raise_exception is defined }}", "{{ open('x') }}", "{{ print('x') }}", "{{ len(items) }}", "{{ str(1) }}", "{{ int('1') }}", "{{ zip(items, items) }}", "{{ enumerate(items) }}",
    ]
    return cases
