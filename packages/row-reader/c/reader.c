#include "reader.h"

int32_t lathe_rows_version(void) { return 1; }
