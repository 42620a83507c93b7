/* A load generator that is never the bottleneck: keep-alive connections, one thread each, nothing but sockets.
 *
 *   load -a 127.0.0.1:8080 -m PUT -p '/dav/d/f%ld' -n 5000 -c 8 -s 4096 -H 'Authorization: Basic …'
 *
 * Bodies (-s) are different for every request and at every 4 KiB, so that no server gains from knowing them already;
 * -b sends a file instead. Prints one line of JSON: seconds over all, medians per request, statuses.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define POOL_BYTES (64l << 20)
#define STAMP_EVERY 4096
#define SEND_BYTES (256l << 10)
#define BUFFER_BYTES (256l << 10)

static struct sockaddr_in address;
static char host[64], headers[8192];
static const char *method = "GET", *path = "/";
static long count = 1, from, size = -1;
static int connections = 1;
static unsigned char *pool;
static char *file; static long file_size;
static atomic_long next_request;
static atomic_long statuses[600];
static atomic_long received;
static double *first_ms, *total_ms;
static unsigned long run_seed;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void die(const char *why) { fprintf(stderr, "load: %s: %s\n", why, strerror(errno)); exit(1); }

static int dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static int send_all(int fd, const void *bytes, long n, int flags)
{
    while (n > 0) {
        long sent = send(fd, bytes, n, flags | MSG_NOSIGNAL);
        if (sent <= 0) return -1;
        bytes = (const char *)bytes + sent; n -= sent;
    }
    return 0;
}

/* Sends `size` bytes that no other request has. */
static int send_body(int fd, long request, unsigned char *block)
{
    for (long done = 0; done < size;) {
        long n = size - done < SEND_BYTES ? size - done : SEND_BYTES;
        memcpy(block, pool + done % POOL_BYTES, n);
        for (long at = 0; at + 24 <= n; at += STAMP_EVERY) {
            long stamp[3] = {run_seed, request, done + at};
            memcpy(block + at, stamp, sizeof stamp);
        }
        if (send_all(fd, block, n, 0)) return -1;
        done += n;
    }
    return 0;
}

struct reader { int fd; char *bytes; long have, at; };

static int fill(struct reader *r)
{
    if (r->at == r->have) r->at = r->have = 0;
    long n = recv(r->fd, r->bytes + r->have, BUFFER_BYTES - r->have, 0);
    if (n <= 0) return -1;
    r->have += n;
    return 0;
}

static int skip(struct reader *r, long n)
{
    atomic_fetch_add(&received, n);
    while (n > 0) {
        if (r->at == r->have && fill(r)) return -1;
        long here = r->have - r->at < n ? r->have - r->at : n;
        r->at += here; n -= here;
    }
    return 0;
}

static char *line(struct reader *r)
{
    for (;;) {
        char *start = r->bytes + r->at, *end = memchr(start, '\n', r->have - r->at);
        if (end) { *end = 0; if (end > start && end[-1] == '\r') end[-1] = 0; r->at = end + 1 - r->bytes; return start; }
        if (r->at) { memmove(r->bytes, start, r->have - r->at); r->have -= r->at; r->at = 0; }
        if (r->have == BUFFER_BYTES || fill(r)) return NULL;
    }
}

/* Reads one answer; its status, or -1 when the connection broke. *closes tells whether it may be used again. */
static int answer(struct reader *r, double *first, int *closes)
{
    int status;
    do {
        if (r->at == r->have && fill(r)) return -1;
        if (!*first) *first = now_ms();
        long length = -1; int chunked = 0;
        char *text = line(r);
        if (!text || strncmp(text, "HTTP/1.", 7)) return -1;
        status = atoi(text + 9);
        while ((text = line(r)) && *text) {
            if (!strncasecmp(text, "content-length:", 15)) length = atol(text + 15);
            if (!strncasecmp(text, "transfer-encoding: chunked", 26)) chunked = 1;
            if (!strncasecmp(text, "connection: close", 17)) *closes = 1;
        }
        if (!text) return -1;
        if (status < 200 || status == 204 || status == 304 || !strcmp(method, "HEAD")) continue;
        if (chunked) {
            for (;;) {
                if (!(text = line(r))) return -1;
                long n = strtol(text, NULL, 16);
                if (skip(r, n) || !line(r)) return -1;
                if (!n) break;
            }
        } else if (length >= 0) {
            if (skip(r, length)) return -1;
        } else {
            while (!fill(r)) { atomic_fetch_add(&received, r->have - r->at); r->at = r->have; }
            *closes = 1;
        }
    } while (status < 200);
    return status;
}

static void *work(void *unused)
{
    (void)unused;
    struct reader r = {dial(), malloc(BUFFER_BYTES), 0, 0};
    unsigned char *block = malloc(SEND_BYTES);
    char head[16384], target[4096];
    for (long i; (i = atomic_fetch_add(&next_request, 1)) < count;) {
        snprintf(target, sizeof target, path, from + i, from + i);
        int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: %s\r\n%s", method, target, host, headers);
        long length = file ? file_size : size;
        if (length >= 0) n += snprintf(head + n, sizeof head - n, "Content-Length: %ld\r\n", length);
        n += snprintf(head + n, sizeof head - n, "\r\n");
        double start = now_ms(), first = 0;
        int closes = 0;
        int failed = send_all(r.fd, head, n, length > 0 ? MSG_MORE : 0);
        if (!failed && file) failed = send_all(r.fd, file, file_size, 0);
        else if (!failed && size > 0) failed = send_body(r.fd, i, block);
        /* A server may refuse and close before it has read everything: its answer counts. */
        int status = answer(&r, &first, &closes);
        double end = now_ms();
        first_ms[i] = (first ? first : end) - start;
        total_ms[i] = end - start;
        atomic_fetch_add(&statuses[status > 0 && status < 600 ? status : 0], 1);
        if (status < 0 || failed || closes) { close(r.fd); r.fd = dial(); r.at = r.have = 0; }
    }
    close(r.fd);
    return NULL;
}

static int by_size(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return (x > y) - (x < y); }

int main(int argc, char **argv)
{
    for (int option; (option = getopt(argc, argv, "a:m:p:n:c:s:b:H:f:")) != -1;) {
        switch (option) {
        case 'a': {
            snprintf(host, sizeof host, "%s", optarg);
            char *colon = strchr(optarg, ':');
            if (!colon) die("-a wants ADDRESS:PORT");
            *colon = 0;
            address.sin_family = AF_INET; address.sin_port = htons(atoi(colon + 1));
            if (inet_pton(AF_INET, optarg, &address.sin_addr) != 1) die("an IPv4 address");
            break;
        }
        case 'm': method = optarg; break;
        case 'p': path = optarg; break;
        case 'n': count = atol(optarg); break;
        case 'c': connections = atoi(optarg); break;
        case 's': size = atol(optarg); break;
        case 'f': from = atol(optarg); break;
        case 'H': strncat(headers, optarg, sizeof headers - strlen(headers) - 3); strcat(headers, "\r\n"); break;
        case 'b': {
            FILE *f = fopen(optarg, "r");
            if (!f) die(optarg);
            fseek(f, 0, SEEK_END); file_size = ftell(f); rewind(f);
            file = malloc(file_size + 1);
            if (fread(file, 1, file_size, f) != (size_t)file_size) die(optarg);
            fclose(f);
            break;
        }
        default: return 2;
        }
    }
    run_seed = time(NULL) * 1000003ul ^ getpid();
    pool = malloc(POOL_BYTES);
    unsigned long x = run_seed | 1;
    for (long i = 0; size > 0 && i < POOL_BYTES / 8 && i * 8 < size + 8; i++) { x ^= x << 13; x ^= x >> 7; x ^= x << 17; memcpy(pool + i * 8, &x, 8); }
    first_ms = calloc(count, sizeof *first_ms); total_ms = calloc(count, sizeof *total_ms);
    pthread_t threads[connections];
    double start = now_ms();
    for (int i = 0; i < connections; i++) if (pthread_create(&threads[i], NULL, work, NULL)) die("a thread");
    for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
    double seconds = (now_ms() - start) / 1e3;
    qsort(first_ms, count, sizeof *first_ms, by_size);
    qsort(total_ms, count, sizeof *total_ms, by_size);
    printf("{\"seconds\": %.6f, \"first_ms\": %.3f, \"total_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, \"bytes\": %ld, \"statuses\": {",
           seconds, first_ms[count / 2], total_ms[count / 2], total_ms[count * 99 / 100], total_ms[count - 1], (long)received);
    for (int i = 0, some = 0; i < 600; i++) if (statuses[i]) { printf("%s\"%d\": %ld", some ? ", " : "", i, (long)statuses[i]); some = 1; }
    printf("}}\n");
    return 0;
}
