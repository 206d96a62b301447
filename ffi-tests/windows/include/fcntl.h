// What is missing in the header of this name.
#include_next <fcntl.h>

#include "posix.h"
