#include "rows.h"

/* About as many numbers as a thread computes while another one is woken. */
static const size_t fewest_parallel = (size_t)1 << 13;

struct parts {
  const struct rows *rows;
  size_t each;
};

static void task(void *data, size_t index) {
  const struct parts *parts = data;
  const struct rows *rows = parts->rows;
  const size_t begin = index * parts->each, left = rows->count - begin;
  rows->compute(rows->data, begin, begin + (left < parts->each ? left : parts->each));
}

void rows_run(const struct rows *rows, const struct threads *threads) {
  if (rows->count == 0 || rows->columns == 0) return;
  const size_t even = (rows->count + threads->count - 1) / threads->count;
  const size_t least = (fewest_parallel + rows->columns - 1) / rows->columns;
  struct parts parts = {rows, even < least ? least : even};
  const size_t count = (rows->count + parts.each - 1) / parts.each;
  if (count == 1)
    task(&parts, 0);
  else
    threads->each(threads->self, task, count, &parts);
}
