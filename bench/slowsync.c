/* A disk that syncs slowly: every fsync, fdatasync, sync_file_range and syncfs takes SLOWSYNC_US longer.
 *
 * LD_PRELOAD this into a server to see what it would do on a disk that is not as quick to promise as the one at hand.
 * Only for programs that call the C library; those of Go make system calls themselves (and, of the peers, sync nothing).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_more(void)
{
    static long us = -1;
    if (us < 0) us = getenv("SLOWSYNC_US") ? atol(getenv("SLOWSYNC_US")) : 5000;
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

#define SLOW(name, parameters, arguments) \
    int name parameters \
    { \
        static int (*real) parameters; \
        if (!real) real = (int (*) parameters)dlsym(RTLD_NEXT, #name); \
        int result = real arguments; \
        wait_more(); \
        return result; \
    }
SLOW(fsync, (int fd), (fd))
SLOW(fdatasync, (int fd), (fd))
SLOW(syncfs, (int fd), (fd))
SLOW(sync_file_range, (int fd, off64_t at, off64_t n, unsigned flags), (fd, at, n, flags))
