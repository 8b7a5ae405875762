/* What the library is called by from outside; all else is hidden. */
#ifndef LATHE_EXPORTED_H
#define LATHE_EXPORTED_H

#if defined(__GNUC__)
#define EXPORTED __attribute__((visibility("default")))
#else
#define EXPORTED
#endif

#endif
