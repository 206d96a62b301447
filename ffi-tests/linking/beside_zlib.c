// A library that has names of its own which others like, too: zlib's, and those of Rust's runtime.

#include <stdlib.h>

#define OURS(name) \
  int name(void);  \
  int name(void) { abort(); }

OURS(inflate)
OURS(deflate)
OURS(inflateInit_)
OURS(deflateInit_)
OURS(crc32)
OURS(adler32)
OURS(compress)
OURS(uncompress)
OURS(rust_eh_personality)
OURS(__rust_alloc)
OURS(__rust_dealloc)
OURS(__rust_realloc)
OURS(__rust_alloc_zeroed)
OURS(__rdl_alloc)
OURS(rust_begin_unwind)

int other_works(void);
int other_fails_inside(void);

int other_works(void) { return 0; }
int other_fails_inside(void) { return 0; }
