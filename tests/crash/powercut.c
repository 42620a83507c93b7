/* A power cut, for one process: LD_PRELOAD this, and what was not synced is lost.
 *
 * Everything the process writes below POWERCUT_ROOT goes to the real files as usual. Beside it this library keeps an
 * image of what a disk would hold if the power went now, and after POWERCUT_AFTER calls that change something it
 * lays that image out under POWERCUT_IMAGE/after and kills the process with SIGKILL. The test then puts `after` in
 * the place of the data directory and starts again.
 *
 * What the image holds is at least as cruel as ext4 with data=ordered:
 *   - bytes of a file: as they were at its last fsync or fdatasync. With POWERCUT_TORN=percent, each later write
 *     survives with that chance, by itself: a disk may write some sectors and not others, in any order.
 *   - length of a file: as at its last sync (a write that survives may extend it; the hole reads as zeros).
 *   - names: a directory has the entries it had at its last fsync. A file created, renamed or removed since is not
 *     created, renamed or removed, even if the file itself was synced. ext4 is kinder here; POSIX is not.
 * What was there when the process started counts as synced.
 *
 * How: a file is known by (device, inode, time of birth), so a reused inode number is another file and nothing has to
 * be learned from unlink or rename. A write adds a dirty range; a sync copies the dirty ranges into the image of the
 * file; the fsync of a directory reads the directory and keeps the listing. No real sync is made: the machine stays
 * up, and the run is faster. One lock is around everything, so "before" and "after" mean something.
 *
 * What it cannot see: bytes that reach a file by a mapping or by a raw system call. SQLite maps only its `-shm` file,
 * which is rebuilt at start and left out here. At the cut, every file that is wholly synced is compared with its
 * image, and a difference is told in POWERCUT_IMAGE/blind: somebody wrote behind our back, and the run proves nothing.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUCKETS 65536
#define COPY_BYTES (1 << 16)

struct range { off_t from, to; };
struct entry { char *name; struct node *node; };
struct node {
    struct node *next;
    dev_t dev; ino_t ino; long birth_s; unsigned birth_ns;
    int id, is_dir, ignored;
    off_t least;                 /* the shortest the file has been since its last sync: what is above was cut off */
    int touched;                 /* its length may have changed since its last sync */
    struct range *dirty; size_t dirty_count, dirty_room;
    struct entry *entries; size_t entry_count;     /* of a directory, at its last sync */
};

static struct node *table[BUCKETS];
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char root[PATH_MAX], image[PATH_MAX];
static long left = -1, torn;
static unsigned long long dice;
static int next_id, on;

/* ---- the world outside: always by raw system call, so that nothing here calls itself ---- */

static int raw_open(const char *path, int flags, mode_t mode) { return syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode); }
static ssize_t raw_pwrite(int fd, const void *bytes, size_t size, off_t at) { return syscall(SYS_pwrite64, fd, bytes, size, at); }

static void give_up(const char *why, const char *what)
{
    dprintf(2, "powercut: %s: %s (%s)\n", why, what, strerror(errno));
    syscall(SYS_exit_group, 98);
}

static unsigned roll(unsigned limit)
{
    dice ^= dice << 13; dice ^= dice >> 7; dice ^= dice << 17;
    return dice % limit;
}

static int image_of(struct node *node)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%d", image, node->id);
    int fd = raw_open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0) give_up("no image", path);
    return fd;
}

static void copy(int from, off_t from_at, int to, off_t to_at, off_t size)
{
    static char bytes[COPY_BYTES];       /* the lock is held */
    while (size > 0) {
        ssize_t got = pread(from, bytes, size < COPY_BYTES ? size : COPY_BYTES, from_at);
        if (got <= 0) return;            /* cut shorter meanwhile */
        if (raw_pwrite(to, bytes, got, to_at) != got) give_up("the image cannot be written", image);
        from_at += got; to_at += got; size -= got;
    }
}

/* ---- nodes ---- */

static struct node *node_of(int dirfd, const char *path, int flags)
{
    struct statx st;
    if (syscall(SYS_statx, dirfd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &st) != 0) return NULL;
    if (!S_ISREG(st.stx_mode) && !S_ISDIR(st.stx_mode)) return NULL;
    dev_t dev = makedev(st.stx_dev_major, st.stx_dev_minor);
    struct node **slot = &table[(st.stx_ino * 2654435761u ^ dev) % BUCKETS];
    for (struct node *node = *slot; node; node = node->next)
        if (node->ino == st.stx_ino && node->dev == dev && node->birth_s == st.stx_btime.tv_sec && node->birth_ns == st.stx_btime.tv_nsec)
            return node;
    struct node *node = calloc(1, sizeof *node);
    node->dev = dev; node->ino = st.stx_ino; node->birth_s = st.stx_btime.tv_sec; node->birth_ns = st.stx_btime.tv_nsec;
    node->is_dir = S_ISDIR(st.stx_mode); node->id = next_id++;
    node->next = *slot; *slot = node;
    return node;
}

/* The node of an open file below the root; NULL for anything else. A new one is one that nobody has synced yet. */
static struct node *node_of_fd(int fd)
{
    char link[64], path[PATH_MAX];
    if (!on || fd < 0) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0 || path[0] != '/') return NULL;
    path[size] = 0;
    size_t prefix = strlen(root);
    if (strncmp(path, root, prefix) != 0 || (path[prefix] != '/' && path[prefix] != 0)) return NULL;
    struct node *node = node_of(fd, "", AT_EMPTY_PATH);
    if (node && size > 4 && strcmp(path + size - 4, "-shm") == 0) node->ignored = 1;
    return node;
}

static void wrote(struct node *node, off_t from, off_t to)
{
    if (node->dirty_count && node->dirty[node->dirty_count - 1].to == from) { node->dirty[node->dirty_count - 1].to = to; return; }
    if (node->dirty_count == node->dirty_room) {
        node->dirty_room = node->dirty_room ? node->dirty_room * 2 : 8;
        node->dirty = realloc(node->dirty, node->dirty_room * sizeof *node->dirty);
    }
    node->dirty[node->dirty_count++] = (struct range){from, to};
    node->touched = 1;
}

static void resized(struct node *node, off_t size) { if (size < node->least) node->least = size; node->touched = 1; }

/* ---- the moment of truth ---- */

static void keep_listing(struct node *dir, const char *path)
{
    for (size_t i = 0; i < dir->entry_count; i++) free(dir->entries[i].name);
    free(dir->entries); dir->entries = NULL; dir->entry_count = 0;
    DIR *stream = opendir(path);
    if (!stream) return;
    for (struct dirent *found; (found = readdir(stream));) {
        if (!strcmp(found->d_name, ".") || !strcmp(found->d_name, "..")) continue;
        struct node *node = node_of(dirfd(stream), found->d_name, AT_SYMLINK_NOFOLLOW);
        if (!node) continue;             /* a socket or a link is no data */
        size_t size = strlen(found->d_name);
        if (size > 4 && !strcmp(found->d_name + size - 4, "-shm")) node->ignored = 1;
        dir->entries = realloc(dir->entries, (dir->entry_count + 1) * sizeof *dir->entries);
        dir->entries[dir->entry_count++] = (struct entry){strdup(found->d_name), node};
    }
    closedir(stream);
}

static void synced(int fd)
{
    struct node *node = node_of_fd(fd);
    if (!node || node->ignored) return;
    if (node->is_dir) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        keep_listing(node, link);
        return;
    }
    if (!node->touched) return;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int from = raw_open(link, O_RDONLY, 0);     /* the descriptor of the server may be for writing only */
    if (from < 0) give_up("a synced file cannot be read", link);
    struct stat st;
    fstat(from, &st);
    int to = image_of(node);
    if (ftruncate(to, node->least < st.st_size ? node->least : st.st_size) || ftruncate(to, st.st_size)) give_up("the image cannot be cut", image);
    for (size_t i = 0; i < node->dirty_count; i++)
        copy(from, node->dirty[i].from, to, node->dirty[i].from, node->dirty[i].to - node->dirty[i].from);
    close(from); close(to);
    node->dirty_count = 0; node->touched = 0; node->least = st.st_size;
}

/* What was there at the start is on the disk. */
static void remember(const char *path)
{
    struct node *dir = node_of(AT_FDCWD, path, 0);
    keep_listing(dir, path);
    for (size_t i = 0; i < dir->entry_count; i++) {
        struct node *node = dir->entries[i].node;
        char below[PATH_MAX];
        if (snprintf(below, sizeof below, "%s/%s", path, dir->entries[i].name) >= (int)sizeof below) give_up("a long path", path);
        if (node->is_dir) { remember(below); continue; }
        if (node->ignored) continue;
        int from = raw_open(below, O_RDONLY, 0), to = image_of(node);
        struct stat st;
        if (from < 0 || fstat(from, &st)) give_up("cannot be read", below);
        if (ftruncate(to, st.st_size)) give_up("the image cannot be cut", image);
        copy(from, 0, to, 0, st.st_size);
        node->least = st.st_size;
        close(from); close(to);
    }
}

static void tell_blind(const char *path)
{
    char file[PATH_MAX + 8];
    snprintf(file, sizeof file, "%s/blind", image);
    int fd = raw_open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dprintf(fd, "%s\n", path);
    close(fd);
}

/* The file as it is now, from its name; the unsynced ranges that survive by chance are read from it. */
static void lay_out_file(struct node *node, const char *path, const char *now)
{
    int from = image_of(node), to = raw_open(path, O_RDWR | O_CREAT, 0600), live = raw_open(now, O_RDONLY, 0);
    struct stat st;
    fstat(from, &st);
    if (ftruncate(to, st.st_size)) give_up("cannot be laid out", path);
    copy(from, 0, to, 0, st.st_size);
    /* The name may belong to another file by now; then nothing of the old one can be read, and nothing survives. */
    if (live >= 0 && node_of(live, "", AT_EMPTY_PATH) == node) {
        for (size_t i = 0; torn && i < node->dirty_count; i++)
            if (roll(100) < torn) copy(live, node->dirty[i].from, to, node->dirty[i].from, node->dirty[i].to - node->dirty[i].from);
        if (!node->touched) {
            struct stat is;
            char a[COPY_BYTES], b[COPY_BYTES];
            int same = fstat(live, &is) == 0 && is.st_size == st.st_size;
            for (off_t at = 0; same && at < st.st_size; at += sizeof a) {
                ssize_t got = pread(live, a, sizeof a, at);
                same = got == pread(from, b, sizeof b, at) && memcmp(a, b, got > 0 ? got : 0) == 0;
            }
            if (!same) tell_blind(now);
        }
    }
    if (live >= 0) close(live);
    close(from); close(to);
}

static void lay_out(struct node *dir, const char *path, const char *now)
{
    mkdir(path, 0700);
    for (size_t i = 0; i < dir->entry_count; i++) {
        char below[PATH_MAX], live[PATH_MAX];
        if (snprintf(below, sizeof below, "%s/%s", path, dir->entries[i].name) >= (int)sizeof below
            || snprintf(live, sizeof live, "%s/%s", now, dir->entries[i].name) >= (int)sizeof live) give_up("a long path", path);
        struct node *node = dir->entries[i].node;
        if (node->ignored) continue;
        if (node->is_dir) lay_out(node, below, live); else lay_out_file(node, below, live);
    }
}

static void cut(void)
{
    char after[PATH_MAX + 8];
    snprintf(after, sizeof after, "%s/after", image);
    lay_out(node_of(AT_FDCWD, root, 0), after, root);
    kill(getpid(), SIGKILL);
    for (;;) pause();                    /* with the lock held: no other thread syncs any more */
}

/* Around every call that changes something: the cut may come before it. */
static void enter(void)
{
    pthread_mutex_lock(&lock);
    if (on && left >= 0 && left-- == 0) cut();
}
static void leave(void) { int kept = errno; pthread_mutex_unlock(&lock); errno = kept; }

__attribute__((constructor)) static void begin(void)
{
    const char *given_root = getenv("POWERCUT_ROOT"), *given_image = getenv("POWERCUT_IMAGE");
    if (!given_root || !given_image || !realpath(given_root, root) || !realpath(given_image, image)) give_up("POWERCUT_ROOT and POWERCUT_IMAGE are directories", "environment");
    left = getenv("POWERCUT_AFTER") ? atol(getenv("POWERCUT_AFTER")) : -1;
    torn = getenv("POWERCUT_TORN") ? atol(getenv("POWERCUT_TORN")) : 0;
    dice = (getenv("POWERCUT_SEED") ? strtoull(getenv("POWERCUT_SEED"), NULL, 10) : 0) * 2654435761u + 88172645463325252ull;
    remember(root);
    on = 1;
}

/* ---- the calls ---- */

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static ssize_t wrote_here(int fd, ssize_t size, off_t at)
{
    int kept = errno;
    struct node *node = size > 0 ? node_of_fd(fd) : NULL;
    if (node && !node->is_dir) {
        if (at < 0) at = lseek(fd, 0, SEEK_CUR) - size;
        wrote(node, at, at + size);
    }
    errno = kept;
    return size;
}

/* Sockets and pipes must not wait for the lock, least of all while it is held by a sync. */
static int is_file(int fd)
{
    struct stat st;
    int kept = errno, file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    errno = kept;
    return file;
}

#define WRITES(name, parameters, arguments, at) \
    ssize_t name parameters \
    { \
        REAL(name); \
        if (!on || !is_file(fd)) { return real arguments; } \
        enter(); \
        ssize_t size = wrote_here(fd, real arguments, at); \
        leave(); \
        return size; \
    }
WRITES(write, (int fd, const void *b, size_t n), (fd, b, n), -1)
WRITES(writev, (int fd, const struct iovec *v, int n), (fd, v, n), -1)
WRITES(pwrite, (int fd, const void *b, size_t n, off_t at), (fd, b, n, at), at)
WRITES(pwrite64, (int fd, const void *b, size_t n, off64_t at), (fd, b, n, at), at)
WRITES(pwritev, (int fd, const struct iovec *v, int n, off_t at), (fd, v, n, at), at)
WRITES(pwritev64, (int fd, const struct iovec *v, int n, off64_t at), (fd, v, n, at), at)
WRITES(pwritev2, (int fd, const struct iovec *v, int n, off_t at, int f), (fd, v, n, at, f), at)
WRITES(pwritev64v2, (int fd, const struct iovec *v, int n, off64_t at, int f), (fd, v, n, at, f), at)
WRITES(sendfile, (int fd, int in, off_t *at, size_t n), (fd, in, at, n), -1)
WRITES(sendfile64, (int fd, int in, off64_t *at, size_t n), (fd, in, at, n), -1)

ssize_t copy_file_range(int in, off64_t *from, int fd, off64_t *to, size_t n, unsigned flags)
{
    REAL(copy_file_range);
    if (!on) return real(in, from, fd, to, n, flags);
    enter();
    off64_t at = to ? *to : -1;
    ssize_t size = wrote_here(fd, real(in, from, fd, to, n, flags), at);
    leave();
    return size;
}

#define RESIZES(name, type) \
    int name(int fd, type size) \
    { \
        REAL(name); \
        if (!on) { return real(fd, size); } \
        enter(); \
        int result = real(fd, size); \
        struct node *node = result ? NULL : node_of_fd(fd); \
        if (node) { resized(node, size); } \
        leave(); \
        return result; \
    }
RESIZES(ftruncate, off_t)
RESIZES(ftruncate64, off64_t)

#define GROWS(name, parameters, arguments) \
    int name parameters \
    { \
        REAL(name); \
        if (!on) { return real arguments; } \
        enter(); \
        int result = real arguments; \
        struct node *node = result ? NULL : node_of_fd(fd); \
        if (node) { node->touched = 1; } \
        leave(); \
        return result; \
    }
GROWS(fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))
GROWS(fallocate64, (int fd, int mode, off64_t at, off64_t n), (fd, mode, at, n))
GROWS(posix_fallocate, (int fd, off_t at, off_t n), (fd, at, n))
GROWS(posix_fallocate64, (int fd, off64_t at, off64_t n), (fd, at, n))

/* Opening with O_TRUNC cuts the file; O_SYNC would sync without a call, and nobody should rely on it here. */
static int opened(int fd, int flags)
{
    int kept = errno;
    if ((flags & O_DSYNC) && node_of_fd(fd)) give_up("O_DSYNC is not understood by this shim", root);
    struct node *node = fd >= 0 && (flags & O_TRUNC) ? node_of_fd(fd) : NULL;
    if (node) resized(node, 0);
    errno = kept;
    return fd;
}
#define OPENS(name, parameters, arguments) \
    int name parameters \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
        if (!on || !(flags & (O_CREAT | O_TRUNC | O_DSYNC))) { return real arguments; } \
        enter(); \
        int fd = opened(real arguments, flags); \
        leave(); \
        return fd; \
    }
OPENS(open, (const char *path, int flags, ...), (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENS(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
OPENS(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* A sync is two moments: the cut may come just before it, and when it returns the image holds the file. */
#define SYNCS(name) \
    int name(int fd) \
    { \
        if (!on) { return 0; } \
        enter(); \
        synced(fd); \
        leave(); \
        return 0; \
    }
SYNCS(fsync)
SYNCS(fdatasync)
/* Starts writing, promises nothing (sync_file_range(2)): the image does not change. */
int sync_file_range(int fd, off64_t at, off64_t n, unsigned flags) { (void)fd; (void)at; (void)n; (void)flags; return 0; }
int syncfs(int fd) { (void)fd; give_up("syncfs is not understood by this shim", root); return -1; }

/* Names: nothing to note, since directories are read when they are synced; but the cut may come here. */
#define NAMES(name, parameters, arguments) \
    int name parameters \
    { \
        REAL(name); \
        if (!on) { return real arguments; } \
        enter(); \
        int result = real arguments; \
        leave(); \
        return result; \
    }
NAMES(rename, (const char *a, const char *b), (a, b))
NAMES(renameat, (int x, const char *a, int y, const char *b), (x, a, y, b))
NAMES(renameat2, (int x, const char *a, int y, const char *b, unsigned f), (x, a, y, b, f))
NAMES(link, (const char *a, const char *b), (a, b))
NAMES(linkat, (int x, const char *a, int y, const char *b, int f), (x, a, y, b, f))
/* A program that wants the cut at a certain place removes a file of this name. */
int unlink(const char *path)
{
    REAL(unlink);
    if (!on) return real(path);
    enter();
    size_t size = strlen(path);
    if (size >= 12 && !strcmp(path + size - 12, "powercut-now")) cut();
    int result = real(path);
    leave();
    return result;
}
NAMES(unlinkat, (int x, const char *a, int f), (x, a, f))
NAMES(mkdir, (const char *a, mode_t m), (a, m))
NAMES(mkdirat, (int x, const char *a, mode_t m), (x, a, m))
NAMES(rmdir, (const char *a), (a))
