#include "support/mock_process.h"

#include "assay/file.h"

#include "support/support.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { OPTIONS = 24, LOG_BYTES = 64 << 20, WAIT_MS = 5000, STEP_MS = 5 };

/* Beside this test program: tests/mock/mock_provider. */
static void find_program(char *path, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", path, size - 1);

    assert_true(len > 0);
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    assert_non_null(slash);
    len = slash - path;
    int more = snprintf(slash, size - (size_t)len, "/mock/mock_provider");
    assert_true(more > 0 && (size_t)more < size - (size_t)len);
}

static void close_at_exec(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void assay_test_mock_start(struct assay_test_mock *mock,
                           const char *const *options)
{
    char program[4096], word[] = "mock_provider", log[] = "--log";
    char *argv[OPTIONS + 4] = {word, log, mock->log};
    int in[2], out[2], count = 3;
    posix_spawn_file_actions_t actions;
    char port[16] = {0};

    find_program(program, sizeof(program));
    snprintf(mock->log, sizeof(mock->log), "/tmp/assay-mock-XXXXXX");
    int file = mkstemp(mock->log);
    assert_true(file >= 0);
    close(file);
    for (; options && *options && count < OPTIONS; options++)
        argv[count++] = strdup(*options);
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    close_at_exec(in[1]);
    close_at_exec(out[0]);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    assert_int_equal(
        posix_spawn(&mock->pid, program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 3; i < count; i++)
        free(argv[i]);
    close(in[0]);
    close(out[1]);
    mock->leash = in[1];
    assert_true(read(out[0], port, sizeof(port) - 1) > 0);
    close(out[0]);
    mock->port = (unsigned)strtoul(port, NULL, 10);
    assert_true(mock->port > 0);
    snprintf(mock->url, sizeof(mock->url), "http://127.0.0.1:%u", mock->port);
}

void assay_test_mock_stop(struct assay_test_mock *mock)
{
    if (mock->pid <= 0)
        return;
    close(mock->leash);
    waitpid(mock->pid, NULL, 0);
    unlink(mock->log);
    mock->pid = 0;
}

size_t assay_test_mock_count(const struct assay_json *log, const char *event)
{
    size_t count = 0;

    for (const struct assay_json *line = log->first; line; line = line->next)
        count += assay_str_is(assay_json_text(line, "event"), event);
    return count;
}

static struct assay_json *read_log(const struct assay_test_mock *mock,
                                   struct assay_arena *arena)
{
    struct assay_json *log = assay_json_array(arena);
    struct assay_str text, line;
    struct assay_error err = {0};

    assert_true(assay_file_read(arena, mock->log, LOG_BYTES, &text, &err));
    while (assay_str_cut(text, '\n', &line, &text)) {
        struct assay_json *value = assay_json_parse(arena, line, NULL, &err);
        if (!value)
            fail_msg("%s: %s", mock->log, err.text);
        assay_json_add(log, value);
    }
    return log;
}

struct assay_json *assay_test_mock_log(const struct assay_test_mock *mock,
                                       struct assay_arena *arena, bool closed)
{
    struct assay_json *log = read_log(mock, arena);
    const struct timespec step = {0, STEP_MS * 1000000};

    for (int i = 0; closed && i < WAIT_MS / STEP_MS; i++) {
        if (assay_test_mock_count(log, "closed") ==
            assay_test_mock_count(log, "connection"))
            return log;
        nanosleep(&step, NULL);
        log = read_log(mock, arena);
    }
    if (closed)
        fail_msg("a connection to the mock provider is still open");
    return log;
}
