// What is missing in the header of this name.
#include_next <unistd.h>

#include "posix.h"
