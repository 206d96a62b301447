#include_next <sys/stat.h>

#define mkdir(path, mode) _mkdir(path)

int mkfifo(const char *path, int mode);  // fails
