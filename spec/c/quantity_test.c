/* SPDX-License-Identifier: MIT
 * Tests of bytes/quantity. */
#include "bytes/quantity.h"

#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "check.h"

typedef int Parse(const char *text, size_t length, long long *value);

/* A text and what it means. */
typedef struct Case {
  const char *text;
  long long want;
} Case;

static void accept(Parse *parse, const Case *cases, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    size_t length = strlen(cases[i].text);
    char *copy = check_copy(cases[i].text, length);
    long long got = -12345;
    if (!EQUAL(parse(copy, length, &got), DK_OK) || !EQUAL(got, cases[i].want))
      printf("  \"%s\"\n", cases[i].text);
    free(copy);
  }
}

static void refuse(Parse *parse, const char *const *texts, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    size_t length = strlen(texts[i]);
    char *copy = check_copy(texts[i], length);
    long long got = -12345;
    if (!EQUAL(parse(copy, length, &got), DK_MALFORMED) ||
        !EQUAL(got, -12345)) /* left alone */
      printf("  \"%s\"\n", texts[i]);
    free(copy);
  }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define KIB 1024LL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)
#define PIB (1024 * TIB)

static void test_sizes(void) {
  static const Case good[] = {
      {"0", 0},
      {"64", 64},
      {"64b", 64},
      {"64B", 64},
      {"10k", 10 * KIB},
      {"10kb", 10 * KIB},
      {"10KB", 10 * KIB},
      {"10KiB", 10 * KIB},
      {"10kib", 10 * KIB},
      {"512m", 512 * MIB},
      {"512M", 512 * MIB},
      {"1g", GIB},
      {"1.5GiB", GIB + GIB / 2},
      {"2tb", 2 * TIB},
      {"3p", 3 * PIB},
      {"8191p", 8191 * PIB},
      {"0.5k", 512},
      {".5k", 512},
      {"1.k", 1024},
      {"1.9", 1},
      {"0.1g", 107374182}, /* 107374182.4 */
      {"1.0009765625k", 1025},
      {"0.99999999999999999999999999999999999999p", PIB - 1},
      {"10 kb", 10 * KIB},
      {"10 b", 10},
      {"0000000000000000000000000000001k", KIB},
      {"9223372036854775807", INT64_MAX},
      {"9007199254740993", 9007199254740993}, /* no double */
      {"8191.9999999999999999p", INT64_MAX},
  };
  accept(dk_parse_size, good, COUNT(good));
}

static void test_not_sizes(void) {
  static const char *const bad[] = {
      "",
      " ",
      ".",
      "k",
      "kb",
      "b",
      "-1",
      "+1",
      "1x",
      "1kk",
      "1ki",
      "1ib",
      "1i",
      "1bk",
      "1kbb",
      "1kibb",
      "1..5",
      "1.5.",
      "1,5k",
      "10  k",
      "10k ",
      " 10k",
      "10 ",
      "1e3",
      "0x10",
      "1 ",
      "1e",
      "1z",
      "10\tk",
      "ten",
      "10\xC2\xA0k",
      "8192p",
      "9223372036854775808",
      "18446744073709551616",
      "18446744073709551617",
      "99999999999999999999999p",
      "16384p",
      "18014398509481985k",
  };
  long long value = 0;
  refuse(dk_parse_size, bad, COUNT(bad));
  EQUAL(dk_parse_size("1\0", 2, &value), DK_MALFORMED);
  EQUAL(dk_parse_size("12345k", 2, &value), DK_OK); /* by its length */
  EQUAL(value, 12);
}

#define MS 1000000LL
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static void test_durations(void) {
  static const Case good[] = {
      {"0", 0},
      {"-0", 0},
      {"+0", 0},
      {"0s", 0},
      {"-0s", 0},
      {"5ns", 5},
      {"2us", 2000},
      {"2\xC2\xB5s", 2000},
      {"2\xCE\xBCs", 2000},
      {"300ms", 300 * MS},
      {"1s", SECOND},
      {"30s", 30 * SECOND},
      {"1m30s", 90 * SECOND},
      {"1.5h", 90 * MINUTE},
      {"2h45m10.5s", 2 * HOUR + 45 * MINUTE + 10500 * MS},
      {"1h1h", 2 * HOUR},
      {"1m1ms", MINUTE + MS},
      {"-1m30s", -90 * SECOND},
      {"+5s", 5 * SECOND},
      {".5s", 500 * MS},
      {"1.s", SECOND},
      {"1.9ns", 1},
      {"0.000000001s", 1},
      {"0.3333333333333333333h", 1199999999999},
      {"1.0000000000000000000000000000000000001s", SECOND},
      {"0.100000000000000000000h", 6 * MINUTE},
      {"9223372036854775807ns", INT64_MAX},
      {"-9223372036854775807ns", -INT64_MAX},
      {"-9223372036854775808ns", INT64_MIN},
      {"9223372036854775.807us", INT64_MAX},
      {"2562047h47m16.854775807s", INT64_MAX},
  };
  accept(dk_parse_duration, good, COUNT(good));
}

static void test_not_durations(void) {
  static const char *const bad[] = {
      "",
      "3",
      "-",
      "+",
      "s",
      ".",
      "-.",
      ".s",
      "+.s",
      "1",
      "1.5",
      "00",
      "0.0",
      "1x",
      "1 s",
      "1s ",
      " 1s",
      "1s2",
      "1h 2m",
      "--1s",
      "1s-1s",
      "1S",
      "1H",
      "1sec",
      "1d",
      "1,5s",
      "1.2.3s",
      "1e3s",
      "1\xC2s",
      "1m\xC2\xB5",
      "9223372036854775808ns",
      "-9223372036854775809ns",
      "9223372036854775.808us",
      "2562047h47m16.854775808s",
      "3000000h",
      "5124095h34m33.709551616s",
      "18446744073709551616ns",
      "99999999999999999999999999h",
  };
  refuse(dk_parse_duration, bad, COUNT(bad));
}

/*
** Command lines
*/

/* The words, a bar behind each. */
static void words(const char *text, int n, const char *want) {
  dk_Buffer b = {0};
  size_t length = strlen(text), i;
  char *copy = check_copy(text, length);
  dk_buffer_byte(&b, '=');
  EQUAL(dk_split_command(copy, length, &b), n);
  for (i = 0; i < b.length; i++)
    if (b.data[i] == '\0')
      b.data[i] = '|';
  check_bytes(b.data + 1, b.length - 1, want, strlen(want), __FILE__, __LINE__,
              text);
  free(copy);
  dk_buffer_free(&b);
}

static void test_words(void) {
  words("", 0, "");
  words(" \t\n ", 0, "");
  words("ls", 1, "ls|");
  words("ls -l  /tmp", 3, "ls|-l|/tmp|");
  words("  ls\t-l\n", 2, "ls|-l|");
  words("a;b|c&d>e", 1, "a;b|c&d>e|");
  words("echo $HOME *.c ~ #no", 5, "echo|$HOME|*.c|~|#no|");
  words("caf\xC3\xA9 \xE2\x82\xAC", 2, "caf\xC3\xA9|\xE2\x82\xAC|");
}

static void test_quotes(void) {
  words("sh -c 'echo \"a b\"'", 3, "sh|-c|echo \"a b\"|");
  words("sh -c \"echo 'a b'\"", 3, "sh|-c|echo 'a b'|");
  words("''", 1, "|");
  words("\"\"", 1, "|");
  words("a '' b", 3, "a||b|");
  words("a''b", 1, "ab|");
  words("'a'\"b\"c", 1, "abc|");
  words("'a\\'", 1, "a\\|");
  words("'it'\\''s'", 1, "it's|");
  words("\"a\nb\" 'c\nd'", 2, "a\nb|c\nd|");
}

static void test_backslashes(void) {
  words("a\\ b", 1, "a b|");
  words("\\a\\\\\\'\\\"", 1, "a\\'\"|");
  words("\"\\\"\\\\\\$\\`\"", 1, "\"\\$`|");
  words("\"\\a\\ \\'\\n\"", 1, "\\a\\ \\'\\n|");
  words("a\\\nb", 1, "ab|");
  words("a \\\n b", 2, "a|b|");
  words("a \\\n", 1, "a|");
  words("\\\n", 0, "");
  words("\"a\\\nb\"", 1, "ab|");
  words("\\ ", 1, " |");
}

static void test_not_words(void) {
  static const char *const bad[] = {
      "'", "\"", "a 'b", "a \"b", "a b\\", "\"\\", "\"a\\\"", "'a\"", "\\"};
  size_t i;
  dk_Buffer b = {0};
  dk_buffer_text(&b, "before");
  for (i = 0; i < COUNT(bad); i++)
    if (!EQUAL(dk_split_command(bad[i], strlen(bad[i]), &b), DK_MALFORMED))
      printf("  %s\n", bad[i]);
  EQUAL(dk_split_command("a\0b", 3, &b), DK_MALFORMED);
  BYTES(b.data, b.length, "before");
  dk_buffer_free(&b);
}

static void test_failures(void) {
  static const char text[] =
      "sh -c 'echo \"a long command line\" that needs several' \"allocations "
      "because \\\"it\\x is\" longer\\ than the first and the second of them";
  dk_Buffer limited = {.limit = 20};
  STEP_MEMORY(n) {
    dk_Buffer b = {0};
    int status = dk_split_command(text, sizeof text - 1, &b);
    STEPPED(status);
    CHECK(status == DK_NO_MEMORY ? b.length == 0 : n >= 2);
    dk_buffer_free(&b);
    EQUAL(check_live, 0);
  }
  EQUAL(dk_split_command(text, sizeof text - 1, &limited), DK_OVER_LIMIT);
  EQUAL((long long)limited.length, 0);
  dk_buffer_free(&limited);
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_sizes);
  RUN(test_not_sizes);
  RUN(test_durations);
  RUN(test_not_durations);
  RUN(test_words);
  RUN(test_quotes);
  RUN(test_backslashes);
  RUN(test_not_words);
  RUN(test_failures);
  EQUAL(check_live, 0);
  return check_end();
}
