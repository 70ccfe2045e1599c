/*
 * Mapped files and the one SIGBUS handler behind them. In practice one to
 * twenty files at once, mapped and closed rarely, read all the time.
 */
/* For MAP_ANONYMOUS, which entered POSIX in 2024, and madvise: Linux has both. */
#define _DEFAULT_SOURCE

#include "assay/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_MAPPED = 256 };

/*
 * What the handler knows of a mapping. It takes no lock: the version is odd
 * while start and end are being written, and a slot that is being written,
 * or was meanwhile, is not the one that the interrupted thread reads.
 */
struct slot {
    atomic_uint version;
    atomic_uintptr_t start, end; /* 0: free */
    atomic_bool lost;
};

/* A handler has no argument: what it needs is where it can reach it. */
static struct {
    pthread_mutex_t lock; /* whoever maps or closes */
    size_t count;
    size_t page_bytes;
    struct sigaction before;
    struct slot slots[MAX_MAPPED];
} sigbus_guard = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct assay_mapped {
    struct assay_str bytes;
    struct slot *slot; /* NULL: an empty file */
    int file;
    struct stat info; /* when it was mapped */
    char path[];
};

/* ------------------------------------------------------------ the handler */

/* True when the address was in this mapping and now reads as zeros. */
static bool cover(struct slot *slot, uintptr_t at)
{
    unsigned version = atomic_load(&slot->version);
    uintptr_t start = atomic_load(&slot->start);
    uintptr_t end = atomic_load(&slot->end);

    if (version % 2 || atomic_load(&slot->version) != version || at < start ||
        at >= end)
        return false;
    uintptr_t page = at - (at - start) % sigbus_guard.page_bytes;
    /* to the end, for all that follows is lost too */
    if (mmap((char *)start + (page - start), end - page, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        return false;
    atomic_store(&slot->lost, true);
    return true;
}

static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
    const struct sigaction *before = &sigbus_guard.before;
    int kept = errno;

    /* positive: a fault, not a signal that somebody sent */
    for (size_t i = 0; info->si_code > 0 && i < MAX_MAPPED; i++)
        if (cover(&sigbus_guard.slots[i], (uintptr_t)info->si_addr)) {
            errno = kept;
            return;
        }
    errno = kept;
    if (before->sa_flags & SA_SIGINFO)
        before->sa_sigaction(signal_number, info, context);
    else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN)
        before->sa_handler(signal_number);
    else if (info->si_code > 0 || before->sa_handler == SIG_DFL) {
        /* back to the faulting instruction, or again: and to the end */
        (void)sigaction(SIGBUS, &(struct sigaction){.sa_handler = SIG_DFL},
                        NULL);
        if (info->si_code <= 0)
            (void)raise(SIGBUS);
    }
}

/* The caller holds the lock, as for the next three. */
static bool set_handler(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO};

    sigbus_guard.page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    action.sa_sigaction = on_sigbus;
    return sigemptyset(&action.sa_mask) == 0 &&
           sigaction(SIGBUS, NULL, &sigbus_guard.before) == 0 &&
           sigaction(SIGBUS, &action, NULL) == 0;
}

static void take_handler_away(void)
{
    struct sigaction now;

    /* unless somebody has put theirs over it */
    if (sigaction(SIGBUS, NULL, &now) == 0 && now.sa_flags & SA_SIGINFO &&
        now.sa_sigaction == on_sigbus)
        (void)sigaction(SIGBUS, &sigbus_guard.before, NULL);
}

static void write_slot(struct slot *slot, uintptr_t start, size_t len)
{
    atomic_fetch_add(&slot->version, 1);
    atomic_store(&slot->lost, false);
    atomic_store(&slot->start, start);
    atomic_store(&slot->end, start + len);
    atomic_fetch_add(&slot->version, 1);
}

/* NULL when all are taken, or the handler cannot be set. */
static struct slot *take_slot(struct assay_str bytes)
{
    struct slot *slot = NULL;

    pthread_mutex_lock(&sigbus_guard.lock);
    for (size_t i = 0; i < MAX_MAPPED && !slot; i++)
        if (atomic_load(&sigbus_guard.slots[i].start) == 0)
            slot = &sigbus_guard.slots[i];
    if (slot && sigbus_guard.count == 0 && !set_handler())
        slot = NULL;
    if (slot) {
        sigbus_guard.count++;
        write_slot(slot, (uintptr_t)bytes.at, bytes.len);
    }
    pthread_mutex_unlock(&sigbus_guard.lock);
    return slot;
}

static void release_slot(struct slot *slot)
{
    pthread_mutex_lock(&sigbus_guard.lock);
    write_slot(slot, 0, 0);
    if (--sigbus_guard.count == 0)
        take_handler_away();
    pthread_mutex_unlock(&sigbus_guard.lock);
}

/* ------------------------------------------------------------ the files */

static bool fail_errno(struct assay_error *err, const char *verb,
                       const char *path)
{
    enum assay_code code =
        errno == ENOENT || errno == ENOTDIR ? ASSAY_NOT_FOUND : ASSAY_SYSTEM;
    char why[128];

    if (strerror_r(errno, why, sizeof why) != 0)
        snprintf(why, sizeof why, "error %d", errno);
    return assay_fail(err, code, "cannot %s '%s': %s", verb, path, why);
}

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool map(struct assay_mapped *mapped, size_t max_bytes,
                struct assay_error *err)
{
    struct stat now;

    /* a pipe would keep us waiting for its writer */
    mapped->file = open(mapped->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (mapped->file < 0)
        return fail_errno(err, "open", mapped->path);
    if (fstat(mapped->file, &mapped->info) != 0)
        return fail_errno(err, "read", mapped->path);
    if (!S_ISREG(mapped->info.st_mode))
        return assay_fail(err, ASSAY_BAD_INPUT, "'%s' is not a file",
                          mapped->path);
    if ((uintmax_t)mapped->info.st_size > max_bytes)
        return assay_fail(err, ASSAY_LIMIT, "'%s' is longer than %zu bytes",
                          mapped->path, max_bytes);
    size_t len = (size_t)mapped->info.st_size;
    if (len == 0)
        return true;
    void *at = mmap(NULL, len, PROT_READ, MAP_PRIVATE, mapped->file, 0);
    if (at == MAP_FAILED)
        return fail_errno(err, "map", mapped->path);
    mapped->bytes = (struct assay_str){at, len};
    mapped->slot = take_slot(mapped->bytes);
    if (!mapped->slot)
        return assay_fail(err, ASSAY_LIMIT,
                          "cannot map '%s': %d files are mapped already",
                          mapped->path, MAX_MAPPED);
    if (fstat(mapped->file, &now) != 0 || !same(&now, &mapped->info))
        return assay_fail(err, ASSAY_SYSTEM,
                          "'%s' was changed while it was opened", mapped->path);
    return true;
}

struct assay_mapped *assay_mapped_open(const char *path, size_t max_bytes,
                                       struct assay_error *err)
{
    size_t len = strlen(path);
    struct assay_mapped *mapped = calloc(1, sizeof(*mapped) + len + 1);

    if (!mapped) {
        assay_fail(err, ASSAY_SYSTEM, "cannot map '%s': no memory", path);
        return NULL;
    }
    memcpy(mapped->path, path, len + 1);
    mapped->bytes.at = "";
    mapped->file = -1;
    if (map(mapped, max_bytes, err))
        return mapped;
    assay_mapped_close(mapped);
    return NULL;
}

struct assay_str assay_mapped_bytes(const struct assay_mapped *mapped)
{
    return mapped->bytes;
}

bool assay_mapped_check(const struct assay_mapped *mapped,
                        struct assay_error *err)
{
    struct stat now;

    if (fstat(mapped->file, &now) != 0)
        return fail_errno(err, "read", mapped->path);
    if (now.st_size < mapped->info.st_size)
        return assay_fail(err, ASSAY_SYSTEM,
                          "'%s' was shrunk from %jd to %jd bytes while in use",
                          mapped->path, (intmax_t)mapped->info.st_size,
                          (intmax_t)now.st_size);
    if (!same(&now, &mapped->info))
        return assay_fail(err, ASSAY_SYSTEM, "'%s' was changed while in use",
                          mapped->path);
    if (mapped->slot && atomic_load(&mapped->slot->lost))
        return assay_fail(err, ASSAY_SYSTEM,
                          "'%s' could not be read where it is mapped",
                          mapped->path);
    return true;
}

/* Only whole pages can be: those that it shares with others are read again. */
void assay_mapped_give_back(const struct assay_mapped *mapped,
                            struct assay_str part)
{
    size_t page = sigbus_guard.page_bytes;

    if (part.len == 0 || part.at < mapped->bytes.at ||
        part.at + part.len > mapped->bytes.at + mapped->bytes.len)
        return;
    uintptr_t from = (uintptr_t)part.at / page * page;
    uintptr_t to = ((uintptr_t)part.at + part.len + page - 1) / page * page;
    (void)madvise((void *)from, to - from, MADV_DONTNEED);
}

void assay_mapped_close(struct assay_mapped *mapped)
{
    if (!mapped)
        return;
    /* first the slot: the handler must not write where others map next */
    if (mapped->slot)
        release_slot(mapped->slot);
    if (mapped->bytes.len > 0)
        (void)munmap((void *)(uintptr_t)mapped->bytes.at, mapped->bytes.len);
    if (mapped->file >= 0)
        (void)close(mapped->file); /* only read */
    free(mapped);
}
