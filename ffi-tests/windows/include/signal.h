#include_next <signal.h>

// Signals that never come.
#define SIGPIPE SIGTERM
#define SIGALRM SIGTERM
