/* Records what a program does to the files below a directory, in the order in which it does it: preloaded into the
 * program by the test beside it (Linux, glibc). One record is a line of numbers and words and then raw bytes:
 *
 *     KIND PATH-LENGTH OTHER-LENGTH OFFSET DATA-LENGTH \n PATH OTHER DATA
 *
 * W write, T set the length (OFFSET), S synced, C created, D directory made, R renamed to OTHER, U unlinked,
 * X directory removed, A something was said on the standard output (DATA). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static const char *root;

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POWER_CUT_TRACE");
    root = getenv("POWER_CUT_ROOT");
    if (path && root) {
        int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
        trace = real(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    }
}

static int below(const char *path) {
    size_t length = root ? strlen(root) : 0;
    return trace >= 0 && length && !strncmp(path, root, length) && (path[length] == '/' || !path[length]);
}

/* The absolute form of a path that may be relative to the working directory or to an open directory. */
static int absolute(int directory, const char *path, char *out) {
    char base[PATH_MAX], link[64];
    ssize_t length;
    if (path[0] == '/') return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
    if (directory == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        if ((length = readlink(link, base, sizeof base - 1)) < 0) return 0;
        base[length] = 0;
    }
    return snprintf(out, PATH_MAX, "%s/%s", base, path) < PATH_MAX;
}

static int opened_as(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, out, PATH_MAX - 1);
    if (length < 0) return 0;
    out[length] = 0;
    return below(out);
}

static void record(char kind, const char *path, const char *other, long long offset, const void *data, size_t length) {
    char head[128];
    int head_length = snprintf(head, sizeof head, "%c %zu %zu %lld %zu\n", kind, strlen(path), strlen(other), offset, length);
    struct iovec parts[] = {{head, (size_t)head_length}, {(void *)path, strlen(path)}, {(void *)other, strlen(other)}, {(void *)data, length}};
    static ssize_t (*real)(int, const struct iovec *, int);
    if (!real) real = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
    ssize_t all = head_length + (ssize_t)(strlen(path) + strlen(other) + length);
    if (real(trace, parts, 4) != all) abort();
}

#define LOCKED(body) do { int kept; pthread_mutex_lock(&order); body; kept = errno; pthread_mutex_unlock(&order); errno = kept; } while (0)

static void wrote(int fd, const void *data, ssize_t length, long long offset) {
    char path[PATH_MAX];
    if (length <= 0) return;
    if (fd == 1 && trace >= 0) record('A', "", "", 0, data, (size_t)length);
    else if (opened_as(fd, path)) record('W', path, "", offset, data, (size_t)length);
}

ssize_t write(int fd, const void *data, size_t length) {
    REAL(write);
    ssize_t done;
    if (trace < 0) return real(fd, data, length);
    LOCKED({ done = real(fd, data, length); int e = errno; if (done > 0) wrote(fd, data, done, lseek(fd, 0, SEEK_CUR) - done); errno = e; });
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    char path[PATH_MAX];
    if (trace >= 0 && opened_as(fd, path)) {
        ssize_t sum = 0;
        for (int at = 0; at < count; at++) {
            ssize_t done = write(fd, parts[at].iov_base, parts[at].iov_len);
            if (done < 0) return sum ? sum : done;
            sum += done;
            if ((size_t)done < parts[at].iov_len) break;
        }
        return sum;
    }
    return real(fd, parts, count);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    REAL(pwrite64);
    ssize_t done;
    if (trace < 0) return real(fd, data, length, offset);
    LOCKED({ done = real(fd, data, length, offset); int e = errno; wrote(fd, data, done, offset); errno = e; });
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

/* Programs fall back to reading and writing, which is recorded. */
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t length, unsigned flags) {
    (void)from, (void)a, (void)to, (void)b, (void)length, (void)flags;
    errno = ENOSYS;
    return -1;
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
    (void)to, (void)from, (void)offset, (void)length;
    errno = ENOSYS;
    return -1;
}

static int truncated(int result, int fd, long long length) {
    char path[PATH_MAX];
    if (!result && opened_as(fd, path)) record('T', path, "", length, "", 0);
    return result;
}

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    int result;
    LOCKED(result = truncated(real(fd, length), fd, length));
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int result, int fd) {
    char path[PATH_MAX];
    if (!result && opened_as(fd, path)) record('S', path, "", 0, "", 0);
    return result;
}

int fsync(int fd) {
    REAL(fsync);
    int result;
    LOCKED(result = synced(real(fd), fd));
    return result;
}

int fdatasync(int fd) {
    REAL(fdatasync);
    int result;
    LOCKED(result = synced(real(fd), fd));
    return result;
}

static int opening(const char *name, int directory, const char *path, int flags, mode_t mode) {
    int (*real)(int, const char *, int, ...) = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, name);
    char full[PATH_MAX];
    if (trace < 0 || !absolute(directory, path, full) || !below(full)) return real(directory, path, flags, mode);
    int fd;
    LOCKED({
        struct stat known;
        int was = !stat(full, &known);
        fd = real(directory, path, flags, mode);
        int e = errno;
        if (fd >= 0 && !was && (flags & O_CREAT)) record('C', full, "", 0, "", 0);
        if (fd >= 0 && was && (flags & O_TRUNC)) record('T', full, "", 0, "", 0);
        errno = e;
    });
    return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open64(const char *path, int flags, ...) { MODE return opening("openat64", AT_FDCWD, path, flags, mode); }
int open(const char *path, int flags, ...) { MODE return opening("openat", AT_FDCWD, path, flags, mode); }
int openat64(int directory, const char *path, int flags, ...) { MODE return opening("openat64", directory, path, flags, mode); }
int openat(int directory, const char *path, int flags, ...) { MODE return opening("openat", directory, path, flags, mode); }

int rename(const char *from, const char *to) {
    REAL(rename);
    char a[PATH_MAX], b[PATH_MAX];
    int result;
    LOCKED({
        int known = absolute(AT_FDCWD, from, a) && absolute(AT_FDCWD, to, b) && below(a);
        result = real(from, to);
        int e = errno;
        if (!result && known) record('R', a, b, 0, "", 0);
        errno = e;
    });
    return result;
}

static int removed(char kind, int result, int known, const char *path) {
    int e = errno;
    if (!result && known && below(path)) record(kind, path, "", 0, "", 0);
    errno = e;
    return result;
}

int unlink(const char *path) {
    REAL(unlink);
    char full[PATH_MAX];
    int result;
    LOCKED({ int known = absolute(AT_FDCWD, path, full); result = removed('U', real(path), known, full); });
    return result;
}

int unlinkat(int directory, const char *path, int flags) {
    REAL(unlinkat);
    char full[PATH_MAX];
    int result;
    LOCKED({
        int known = absolute(directory, path, full);
        result = removed(flags & AT_REMOVEDIR ? 'X' : 'U', real(directory, path, flags), known, full);
    });
    return result;
}

int rmdir(const char *path) {
    REAL(rmdir);
    char full[PATH_MAX];
    int result;
    LOCKED({ int known = absolute(AT_FDCWD, path, full); result = removed('X', real(path), known, full); });
    return result;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    char full[PATH_MAX];
    int result;
    LOCKED({ int known = absolute(AT_FDCWD, path, full); result = removed('D', real(path, mode), known, full); });
    return result;
}
