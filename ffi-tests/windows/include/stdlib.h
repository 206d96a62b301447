#include_next <stdlib.h>

int setenv(const char *name, const char *value, int yes);
int unsetenv(const char *name);
char *mkdtemp(char *name);
