#include <libpq-fe.h>

/* Glibc's Swift module leaves this header out. */
#ifdef __linux__
#include <sys/eventfd.h>
#endif
