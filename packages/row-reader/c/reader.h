/* What is called from outside; all else is hidden. */
#ifndef LATHE_READER_H
#define LATHE_READER_H

#include <stdint.h>

#include "exported.h"

/* Which form of the calls this library has. */
EXPORTED int32_t lathe_rows_version(void);

#endif
