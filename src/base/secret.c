/*
 * Keys. In practice one to five in a process, from its start to its end; all
 * of them are in one list, because any text may hold any of them.
 */
/* For anonymous maps, madvise, mlock and explicit_bzero: Linux, not POSIX. */
#define _DEFAULT_SOURCE

#include "assay/secret.h"

#include "base/secret_spelling.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_BYTES = 4096,
    /* Shorter ones keep nobody out, and "EMPTY" or "ollama" are words. */
    LEAST_STRUCK_BYTES = 8,
};

struct assay_secret {
    struct assay_secret *next; /* in live_keys */
    char *pages;               /* the key, then its forms */
    size_t page_bytes;
    size_t len;
    struct assay_str forms[ASSAY_SECRET_FORMS];
    char name[];
};

/* Every key there is; and what held before the first one. */
static struct {
    pthread_mutex_t lock;
    struct assay_secret *first;
    int dumpable;
    struct rlimit core;
} live_keys = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ------------------------------------------------------- no cores */

static void forbid_cores(void)
{
    struct rlimit none;

    live_keys.dumpable = prctl(PR_GET_DUMPABLE);
    (void)prctl(PR_SET_DUMPABLE, 0);
    if (getrlimit(RLIMIT_CORE, &live_keys.core) != 0)
        return;
    none = live_keys.core;
    none.rlim_cur = 0;
    (void)setrlimit(RLIMIT_CORE, &none);
}

static void allow_cores(void)
{
    (void)setrlimit(RLIMIT_CORE, &live_keys.core);
    (void)prctl(PR_SET_DUMPABLE, live_keys.dumpable);
}

/* ------------------------------------------------------- a key's life */

/* Room for a key of so many bytes, which the caller then writes. */
static struct assay_secret *new_secret(const char *name, size_t bytes,
                                       struct assay_error *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t wanted = bytes + assay_secret_forms_bytes(bytes);
    struct assay_secret *secret = calloc(1, sizeof *secret + strlen(name) + 1);

    if (!secret) {
        assay_fail(err, ASSAY_SYSTEM, "%s: no memory for a key", name);
        return NULL;
    }
    secret->page_bytes = (wanted + page - 1) / page * page;
    secret->pages = mmap(NULL, secret->page_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (secret->pages == MAP_FAILED) {
        assay_fail(err, ASSAY_SYSTEM, "%s: no memory for a key: %s", name,
                   strerror(errno));
        free(secret);
        return NULL;
    }
    (void)madvise(secret->pages, secret->page_bytes, MADV_DONTDUMP);
    /* what a user may lock is little: a key that may be swapped still works */
    (void)mlock(secret->pages, secret->page_bytes);
    memcpy(secret->name, name, strlen(name) + 1);
    return secret;
}

static void drop(struct assay_secret *secret)
{
    explicit_bzero(secret->pages, secret->page_bytes);
    (void)munmap(secret->pages, secret->page_bytes);
    free(secret);
}

/* The key stands in its pages: checked, and struck out from now on. */
static struct assay_secret *enlist(struct assay_secret *secret, size_t len,
                                   struct assay_error *err)
{
    struct assay_str key = {secret->pages, len};

    for (size_t i = 0; i < len; i++)
        if (key.at[i] <= ' ' || key.at[i] > '~') {
            assay_fail(err, ASSAY_BAD_INPUT,
                       "the key in %s has a blank, a control character or one "
                       "that is not ASCII at byte %zu of %zu",
                       secret->name, i + 1, len);
            drop(secret);
            return NULL;
        }
    secret->len = len;
    assay_secret_forms(key, secret->pages + len, secret->forms);
    pthread_mutex_lock(&live_keys.lock);
    if (!live_keys.first)
        forbid_cores();
    secret->next = live_keys.first;
    live_keys.first = secret;
    pthread_mutex_unlock(&live_keys.lock);
    return secret;
}

static struct assay_secret *fail_length(const char *name,
                                        struct assay_error *err)
{
    assay_fail(err, ASSAY_BAD_INPUT,
               "the key in %s has more than %d bytes, expected one key", name,
               MOST_BYTES);
    return NULL;
}

struct assay_secret *assay_secret_from_environment(const char *name,
                                                   struct assay_error *err)
{
    const char *value = getenv(name);
    size_t len = value ? strnlen(value, MOST_BYTES + 1) : 0;
    struct assay_secret *secret;

    if (len == 0) {
        assay_fail(err, ASSAY_NOT_FOUND, "%s is %s, expected a key in it", name,
                   value ? "empty" : "not set");
        return NULL;
    }
    if (len > MOST_BYTES)
        return fail_length(name, err);
    secret = new_secret(name, len, err);
    if (!secret)
        return NULL;
    memcpy(secret->pages, value, len);
    return enlist(secret, len, err);
}

/* A file that others may read is no place for a key. */
static bool check_file(int file, const char *path, struct assay_error *err)
{
    struct stat info;

    if (fstat(file, &info) != 0)
        return assay_fail(err, ASSAY_SYSTEM, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s is no file, expected one that holds a key", path);
    if (info.st_mode & 077)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s may be read by others (mode %03o), expected "
                          "mode 600",
                          path, (unsigned)info.st_mode & 0777);
    return true;
}

/* Fills at most `size` bytes; -1: not readable. */
static ssize_t read_all(int file, char *to, size_t size)
{
    size_t len = 0;

    while (len < size) {
        ssize_t n = read(file, to + len, size - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static struct assay_secret *read_secret(int file, const char *path,
                                        struct assay_error *err)
{
    /* read straight into the pages: no other copy is made */
    size_t room = MOST_BYTES + 2, len;
    struct assay_secret *secret = new_secret(path, room, err);
    ssize_t got;
    char *end;

    if (!secret)
        return NULL;
    got = read_all(file, secret->pages, room);
    if (got < 0) {
        assay_fail(err, ASSAY_SYSTEM, "%s: %s", path, strerror(errno));
        drop(secret);
        return NULL;
    }
    end = memchr(secret->pages, '\n', (size_t)got);
    len = end ? (size_t)(end - secret->pages) : (size_t)got;
    if (len > 0 && secret->pages[len - 1] == '\r')
        len--;
    if (len == 0 || len > MOST_BYTES) {
        drop(secret);
        if (len > MOST_BYTES)
            return fail_length(path, err);
        assay_fail(err, ASSAY_NOT_FOUND,
                   "the first line of %s is empty, expected a key", path);
        return NULL;
    }
    /* what stood behind the line is none of ours */
    explicit_bzero(secret->pages + len, secret->page_bytes - len);
    return enlist(secret, len, err);
}

struct assay_secret *assay_secret_from_file(const char *path,
                                            struct assay_error *err)
{
    struct assay_secret *secret = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0) {
        assay_fail(err, errno == ENOENT ? ASSAY_NOT_FOUND : ASSAY_SYSTEM,
                   "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (check_file(file, path, err))
        secret = read_secret(file, path, err);
    close(file);
    return secret;
}

void assay_secret_free(struct assay_secret *secret)
{
    struct assay_secret **place = &live_keys.first;

    if (!secret)
        return;
    pthread_mutex_lock(&live_keys.lock);
    while (*place != secret)
        place = &(*place)->next;
    *place = secret->next;
    if (!live_keys.first)
        allow_cores();
    pthread_mutex_unlock(&live_keys.lock);
    drop(secret);
}

struct assay_str assay_secret_name(const struct assay_secret *secret)
{
    return assay_str_c(secret->name);
}

size_t assay_secret_bytes(const struct assay_secret *secret)
{
    return secret->len;
}

void assay_secret_reveal(const struct assay_secret *secret,
                         struct assay_buf *header)
{
    assay_buf_add(header, secret->forms[0]);
}

/* ------------------------------------------------------- striking out */

/* Bytes of a key, however spelt, that the text begins with; 0: none. */
static size_t key_at(struct assay_str text)
{
    for (const struct assay_secret *secret = live_keys.first; secret;
         secret = secret->next) {
        size_t len = secret->len < LEAST_STRUCK_BYTES
                         ? 0
                         : assay_secret_spelt(secret->forms, text);

        if (len)
            return len;
    }
    return 0;
}

/* Where the next key begins, or the text's length; its bytes in *len. */
static size_t next_key(struct assay_str text, size_t from,
                       const struct assay_secret_begins *begins, size_t *len)
{
    for (size_t i = from; i < text.len; i++) {
        struct assay_str rest = {text.at + i, text.len - i};

        if (!begins->first[(unsigned char)text.at[i]] ||
            !assay_secret_may_begin(begins, rest))
            continue;
        *len = key_at(rest);
        if (*len)
            return i;
    }
    return text.len;
}

static struct assay_str strike(struct assay_arena *arena, struct assay_str text,
                               const struct assay_secret_begins *begins)
{
    static const struct assay_str instead = {"[key]", 5};
    size_t len = 0, at = next_key(text, 0, begins, &len), from = 0;
    struct assay_str out = {"", 0};
    char *to;

    if (at == text.len)
        return text;
    /* a spelling is longer than what stands for it: the text never grows */
    to = assay_arena_try(arena, text.len + 1, 1);
    if (!to)
        return ASSAY_STR("[a text with a key; no memory to strike it out]");
    out.at = to;
    for (; at < text.len; at = next_key(text, from, begins, &len)) {
        memcpy(to + out.len, text.at + from, at - from);
        out.len += at - from;
        memcpy(to + out.len, instead.at, instead.len);
        out.len += instead.len;
        from = at + len;
    }
    memcpy(to + out.len, text.at + from, text.len - from);
    out.len += text.len - from;
    return out;
}

struct assay_str assay_secret_strike(struct assay_arena *arena,
                                     struct assay_str text)
{
    struct assay_secret_begins begins = {0};

    pthread_mutex_lock(&live_keys.lock);
    for (const struct assay_secret *secret = live_keys.first; secret;
         secret = secret->next)
        if (secret->len >= LEAST_STRUCK_BYTES)
            assay_secret_begins(secret->forms, &begins);
    text = strike(arena, text, &begins);
    pthread_mutex_unlock(&live_keys.lock);
    return text;
}
