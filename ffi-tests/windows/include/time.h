#include_next <time.h>

struct tm *gmtime_r(const time_t *at, struct tm *out);
