/*
 * Files and the calendar of the system: whole files in with a limit, whole
 * files out by temporary name and rename.
 */
#include "assay/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_BYTES = 4096,
    TEMPORARY_NAMES = 100,
    SECONDS_PER_DAY = 24 * 60 * 60,
};

/* "cannot read x: No such file or directory", from errno. */
static bool fail_errno(struct assay_error *err, const char *verb,
                       const char *path)
{
    enum assay_code code =
        errno == ENOENT || errno == ENOTDIR ? ASSAY_NOT_FOUND : ASSAY_SYSTEM;
    char why[128];
    if (strerror_r(errno, why, sizeof(why)) != 0)
        snprintf(why, sizeof(why), "error %d", errno);
    return assay_fail(err, code, "cannot %s '%s': %s", verb, path, why);
}

/* One read, whatever the signals; -1 on error. */
static ssize_t read_some(int file, char *at, size_t room)
{
    ssize_t n;
    do
        n = read(file, at, room);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Reads to the end; `expected` bytes is a guess. */
static bool read_all(struct assay_arena *arena, int file, const char *path,
                     struct assay_str *text, struct assay_error *err,
                     size_t expected, size_t max_bytes)
{
    size_t size = expected + 1, len = 0; /* the last byte is for the NUL */
    char *at = NULL;

    for (;;) {
        if (!at || len == size) {
            size_t wider = at ? size * 2 : size;
            if (wider - 1 > max_bytes)
                wider = max_bytes + 2; /* one more shows that it is longer */
            char *next = assay_arena_try(arena, wider, 1);
            if (!next)
                return assay_fail(err, ASSAY_SYSTEM,
                                  "cannot read '%s': no memory for %zu bytes",
                                  path, wider);
            if (at)
                memcpy(next, at, len);
            at = next;
            size = wider;
        }
        ssize_t n = read_some(file, at + len, size - len);
        if (n < 0)
            return fail_errno(err, "read", path);
        if (n == 0)
            break;
        len += (size_t)n;
        if (len > max_bytes)
            return assay_fail(err, ASSAY_LIMIT, "'%s' is longer than %zu bytes",
                              path, max_bytes);
    }
    at[len] = '\0';
    *text = (struct assay_str){at, len};
    return true;
}

bool assay_file_read(struct assay_arena *arena, const char *path,
                     size_t max_bytes, struct assay_str *text,
                     struct assay_error *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    size_t expected = FIRST_BYTES;
    struct stat info;
    bool ok = false;

    if (max_bytes > SIZE_MAX / 4)
        max_bytes = SIZE_MAX / 4;
    int file = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_errno(err, "open", path);
    if (fstat(file, &info) != 0) {
        fail_errno(err, "read", path);
        goto out;
    }
    if (S_ISREG(info.st_mode) && info.st_size > 0) {
        if ((uintmax_t)info.st_size > max_bytes) {
            assay_fail(err, ASSAY_LIMIT, "'%s' is longer than %zu bytes", path,
                       max_bytes);
            goto out;
        }
        expected = (size_t)info.st_size;
    }
    ok = read_all(arena, file, path, text, err, expected, max_bytes);
out:
    if (!is_stdin)
        (void)close(file); /* nothing was written: nothing can be lost */
    return ok;
}

/*
 * Creates a new file beside `path` and leaves its name in the arena; it gets
 * the mode of the file it is to replace. -1 on error.
 */
static int open_temporary(struct assay_arena *arena, const char *path,
                          const char **name)
{
    struct stat info;
    int file = -1;

    for (int i = 0; i < TEMPORARY_NAMES && file < 0; i++) {
        *name = assay_arena_printf(arena, "%s.%lld-%d.tmp", path,
                                   (long long)getpid(), i)
                    .at;
        file = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file < 0 && errno != EEXIST)
            return -1;
    }
    if (file >= 0 && stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
        fchmod(file, info.st_mode & 0777) != 0) {
        int why = errno;
        (void)close(file);
        (void)unlink(*name);
        errno = why;
        return -1;
    }
    return file;
}

static bool write_all(int file, struct assay_str text)
{
    while (text.len > 0) {
        ssize_t n = write(file, text.at, text.len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            text = assay_str_skip(text, (size_t)n);
    }
    return true;
}

static bool write_file(const char *path, struct assay_str text, bool sync,
                       struct assay_error *err)
{
    struct assay_arena arena = {0};
    const char *temporary = NULL;
    bool ok = false;

    int file = open_temporary(&arena, path, &temporary);
    if (file < 0) {
        fail_errno(err, "create a file beside", path);
        goto out;
    }
    ok = write_all(file, text) && (!sync || fsync(file) == 0);
    if (!ok)
        fail_errno(err, "write", path);
    if (close(file) != 0 && ok)
        ok = fail_errno(err, "write", path);
    if (ok && rename(temporary, path) != 0)
        ok = fail_errno(err, "replace", path);
    if (!ok)
        (void)unlink(temporary); /* the error is told already */
out:
    assay_arena_free(&arena);
    return ok;
}

bool assay_file_write(const char *path, struct assay_str text,
                      struct assay_error *err)
{
    return write_file(path, text, true, err);
}

static bool holds(const char *path, struct assay_str text)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    char part[1 << 16];
    struct stat info;
    ssize_t n = 0;
    bool same;

    if (file < 0)
        return false;
    same = fstat(file, &info) == 0 && (size_t)info.st_size == text.len;
    while (same && (n = read(file, part, sizeof part)) > 0) {
        same = (size_t)n <= text.len && memcmp(part, text.at, (size_t)n) == 0;
        text = assay_str_skip(text, (size_t)n);
    }
    close(file);
    return same && n == 0 && text.len == 0;
}

bool assay_file_keep(const char *path, struct assay_str text, bool *written,
                     struct assay_error *err)
{
    *written = !holds(path, text);
    return !*written || (assay_file_make_parent(path, err) &&
                         write_file(path, text, false, err));
}

bool assay_file_date(const char *path, struct assay_date *date,
                     struct assay_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return fail_errno(err, "read the date of", path);
    intmax_t days = (intmax_t)info.st_mtime / SECONDS_PER_DAY;
    if (info.st_mtime % SECONDS_PER_DAY < 0)
        days--;
    struct assay_date found = {0};
    if (days >= INT32_MIN && days <= INT32_MAX)
        found = assay_date_from_days((int32_t)days);
    if (!assay_date_set(found))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "the date of '%s' is out of range", path);
    *date = found;
    return true;
}

bool assay_file_make_parent(const char *path, struct assay_error *err)
{
    struct assay_arena arena = {0};
    char *folder = assay_arena_cstr(&arena, assay_str_c(path));
    struct stat info;
    bool ok = true;

    for (size_t i = 1; ok && folder[0] && folder[i]; i++) {
        if (folder[i] != '/' || folder[i - 1] == '/')
            continue;
        folder[i] = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            ok = fail_errno(err, "make the folder", folder);
        else if (stat(folder, &info) != 0)
            ok = fail_errno(err, "make the folder", folder);
        else if (!S_ISDIR(info.st_mode))
            ok = assay_fail(err, ASSAY_SYSTEM, "'%s' is not a folder", folder);
        folder[i] = '/';
    }
    assay_arena_free(&arena);
    return ok;
}

struct assay_date assay_date_today(void)
{
    return assay_date_from_days((int32_t)(time(NULL) / SECONDS_PER_DAY));
}

int assay_file_lock(const char *path, bool *held, struct assay_error *err)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

    *held = false;
    if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0)
        return file;
    *held = file >= 0 && errno == EWOULDBLOCK;
    assay_fail(err, ASSAY_SYSTEM, "lock '%s': %s", path, strerror(errno));
    if (file >= 0)
        (void)close(file);
    return -1;
}

void assay_file_unlock(const char *path, int lock)
{
    if (lock < 0)
        return;
    (void)unlink(path);
    (void)close(lock);
}
