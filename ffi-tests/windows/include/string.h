#include_next <string.h>

void *memmem(const void *in, size_t len, const void *what, size_t what_len);
char *strcasestr(const char *in, const char *what);
void explicit_bzero(void *data, size_t len);
