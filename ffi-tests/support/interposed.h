// The heap's functions instead of libc's, for the program that includes this and all that it links:
// `came` is called with every new block, `goes` with every old one. The block may be NULL.

#include <errno.h>
#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static void *came(void *block);
static void goes(void *block);

void *malloc(size_t size) { return came(__libc_malloc(size)); }
void *calloc(size_t n, size_t size) { return came(__libc_calloc(n, size)); }
void *memalign(size_t alignment, size_t size) { return came(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
  void *block = memalign(alignment, size);
  if (block) *out = block;
  return block ? 0 : ENOMEM;
}

void *realloc(void *old, size_t size) {
  goes(old);
  return came(__libc_realloc(old, size));
}

void free(void *block) {
  goes(block);
  __libc_free(block);
}
