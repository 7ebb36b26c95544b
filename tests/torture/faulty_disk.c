/* A disk under a real program, by LD_PRELOAD: writes down what the program asks of the files below a folder, in the
 * order in which it happens, and can kill the program before the Nth of these events or call the disk full.
 *
 * FAULTY_DISK_ROOT     the folder that is watched, absolute and without links
 * FAULTY_DISK_LOG      where the events are appended; `recording.py` reads them
 * FAULTY_DISK_NO_SYNC  when set: nothing is ever synchronised, as with synchronous=OFF
 * FAULTY_DISK_KILL_AT  the number of the event before which the process kills itself with SIGKILL, from 1
 * FAULTY_DISK_FULL     a file; while it exists, no file below the folder can grow
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 4096
#define PLACE 4096
#define OUTPUT 1

struct event { char kind, created; uint16_t path, other, unused; uint32_t length, unused_too; uint64_t inode, offset; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[FILES];
static int log_file = -1;
static long happened, kill_at;
static const char *root, *full;

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("FAULTY_DISK_LOG"), *at = getenv("FAULTY_DISK_KILL_AT");
    root = getenv("FAULTY_DISK_ROOT");
    full = getenv("FAULTY_DISK_FULL");
    kill_at = at ? atol(at) : 0;
    if (root && log) log_file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Every deed is done between `enter` and `leave`, and told there when it succeeded. */
static void enter(void)
{
    pthread_mutex_lock(&lock);
    if (++happened == kill_at) kill(getpid(), SIGKILL);
}

static void leave(void)
{
    int kept = errno;
    pthread_mutex_unlock(&lock);
    errno = kept;
}

/* One write an event, so that those of several processes never mix. */
static void tell(struct event event, const char *path, const char *other, const void *data)
{
    char *message, *end;
    if (log_file < 0) return;
    event.path = path ? strlen(path) : 0;
    event.other = other ? strlen(other) : 0;
    end = message = malloc(sizeof event + event.path + event.other + event.length);
    end = mempcpy(end, &event, sizeof event);
    if (path) end = mempcpy(end, path, event.path);
    if (other) end = mempcpy(end, other, event.other);
    if (data) end = mempcpy(end, data, event.length);
    if (syscall(SYS_write, log_file, message, end - message) != end - message) abort();
    free(message);
}

static int is_watched(int file) { return file >= 0 && file < FILES && watched[file]; }

static int is_below(const char *path)
{
    size_t length = root ? strlen(root) : 0;
    return root && !strncmp(path, root, length) && (path[length] == '/' || !path[length]);
}

static uint64_t inode_of(int file)
{
    struct stat seen;
    return fstat(file, &seen) ? 0 : seen.st_ino;
}

static void name_of(int file, char *place)
{
    char link[32];
    ssize_t length;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, place, PLACE - 1);
    place[length < 0 ? 0 : length] = 0;
}

static void absolute(int folder, const char *path, char *place)
{
    size_t length = 0;
    if (*path != '/') {
        if (folder != AT_FDCWD) name_of(folder, place);
        else if (!getcwd(place, PLACE)) *place = 0;
        length = strlen(place);
        place[length++] = '/';
    }
    snprintf(place + length, PLACE - length, "%s", path);
}

/* --- opening and closing --- */

static int opened(int folder, const char *path, int flags, mode_t mode)
{
    char place[PLACE];
    int file, created;
    absolute(folder, path, place);
    if (!is_below(place)) return syscall(SYS_openat, folder, path, flags, mode);
    enter();
    created = (flags & O_CREAT) && access(place, F_OK);
    file = syscall(SYS_openat, folder, path, flags, mode);
    if (file >= 0 && file < FILES) {
        watched[file] = 1;
        tell((struct event){.kind = 'O', .created = created, .inode = inode_of(file)}, place, NULL, NULL);
        if ((flags & O_TRUNC) && !created) tell((struct event){.kind = 'T', .inode = inode_of(file)}, NULL, NULL, NULL);
    }
    leave();
    return file;
}

static mode_t mode_in(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }

#define OPEN(folder)                                             \
    {                                                            \
        va_list more;                                            \
        mode_t mode;                                             \
        va_start(more, flags);                                   \
        mode = mode_in(flags, more);                             \
        va_end(more);                                            \
        return opened(folder, path, flags, mode);                \
    }
int open(const char *path, int flags, ...) OPEN(AT_FDCWD)
int open64(const char *path, int flags, ...) OPEN(AT_FDCWD)
int openat(int folder, const char *path, int flags, ...) OPEN(folder)
int openat64(int folder, const char *path, int flags, ...) OPEN(folder)

int close(int file)
{
    if (file >= 0 && file < FILES) watched[file] = 0;
    return syscall(SYS_close, file);
}

/* --- content --- */

static int no_room(int file, int64_t end)
{
    struct stat seen;
    if (!full || access(full, F_OK) || fstat(file, &seen) || end <= seen.st_size) return 0;
    errno = ENOSPC;
    return 1;
}

static ssize_t written(int file, const void *data, size_t length, int64_t at)
{
    int64_t place = at;
    ssize_t done = -1;
    if (!is_watched(file) && file != OUTPUT)
        return at < 0 ? syscall(SYS_write, file, data, length) : syscall(SYS_pwrite64, file, data, length, at);
    enter();
    if (file == OUTPUT) place = 0;
    else if (at < 0) place = lseek(file, 0, fcntl(file, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
    if (file == OUTPUT || !no_room(file, place + (int64_t)length))
        done = at < 0 ? syscall(SYS_write, file, data, length) : syscall(SYS_pwrite64, file, data, length, at);
    if (done > 0)
        tell((struct event){.kind = file == OUTPUT ? 'P' : 'W', .inode = inode_of(file), .offset = place, .length = done},
             NULL, NULL, data);
    leave();
    return done;
}

ssize_t write(int file, const void *data, size_t length) { return written(file, data, length, -1); }
ssize_t pwrite(int file, const void *data, size_t length, off_t at) { return written(file, data, length, at); }
ssize_t pwrite64(int file, const void *data, size_t length, off_t at) { return written(file, data, length, at); }

int ftruncate(int file, off_t length)
{
    int done = -1;
    if (!is_watched(file)) return syscall(SYS_ftruncate, file, length);
    enter();
    if (!no_room(file, length)) done = syscall(SYS_ftruncate, file, length);
    if (!done) tell((struct event){.kind = 'T', .inode = inode_of(file), .offset = length}, NULL, NULL, NULL);
    leave();
    return done;
}
int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

static int synchronised(int file, long how)
{
    char place[PLACE];
    int done = 0;
    if (!is_watched(file)) return syscall(how, file);
    enter();
    if (!getenv("FAULTY_DISK_NO_SYNC")) {
        done = syscall(how, file);
        name_of(file, place);
        if (!done) tell((struct event){.kind = 'S', .inode = inode_of(file)}, place, NULL, NULL);
    }
    leave();
    return done;
}
int fsync(int file) { return synchronised(file, SYS_fsync); }
int fdatasync(int file) { return synchronised(file, SYS_fdatasync); }

/* A copy inside the kernel would pass unseen; whoever asks for one falls back to reading and writing. */
ssize_t sendfile(int to __attribute__((unused)), ...) { errno = EINVAL; return -1; }
ssize_t sendfile64(int to __attribute__((unused)), ...) { errno = EINVAL; return -1; }

/* --- names --- */

int renameat(int from, const char *old, int to, const char *new)
{
    char place[PLACE], other[PLACE];
    int done;
    absolute(from, old, place);
    absolute(to, new, other);
    if (!is_below(place) && !is_below(other)) return syscall(SYS_renameat2, from, old, to, new, 0);
    enter();
    done = syscall(SYS_renameat2, from, old, to, new, 0);
    if (!done) tell((struct event){.kind = 'R'}, place, other, NULL);
    leave();
    return done;
}
int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }

int unlinkat(int folder, const char *path, int flags)
{
    char place[PLACE];
    int done;
    absolute(folder, path, place);
    if (!is_below(place)) return syscall(SYS_unlinkat, folder, path, flags);
    enter();
    done = syscall(SYS_unlinkat, folder, path, flags);
    if (!done) tell((struct event){.kind = 'U'}, place, NULL, NULL);
    leave();
    return done;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
